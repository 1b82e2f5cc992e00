"""What the tests of commands share."""

from collections.abc import Callable
from pathlib import Path

import pytest
from command_line import Done

from analysis.cli.main import main


@pytest.fixture
def here(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Callable[..., Done]:
    """The command in this process, where no process of its own is the point: a start costs more than a small run."""

    def call(*arguments: str, folder: Path) -> Done:
        monkeypatch.chdir(folder)
        capsys.readouterr()
        code = main(arguments)
        out, err = capsys.readouterr()
        return Done(arguments, code, out, err)

    return call
