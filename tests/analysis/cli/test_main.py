"""The joined command: its names, its manners at the edge, and the check of whose code it runs."""

import os
import subprocess
import sys
from pathlib import Path

import click
import pytest
from paths import ROOT

from analysis.cli.main import COMMANDS, cli, main
from analysis.errors import AnalysisError


@pytest.mark.parametrize("name", COMMANDS)
def test_every_name_leads_to_its_command(name: str) -> None:
    command = cli.get_command(click.Context(cli), name)
    assert command is not None
    assert command.name == name


def test_unknown_command_is_told_the_nearest(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["reprot", "baseline"]) == 2
    assert "did you mean 'report'?" in capsys.readouterr().err
    assert main(["zzz"]) == 2
    assert "there are scenarios, show" in capsys.readouterr().err


def test_unknown_scenario_is_one_line(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["show", "basline"]) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert len(err.splitlines()) == 1
    assert "did you mean 'baseline'" in err


@pytest.mark.parametrize(
    ("raised", "code", "told"),
    [
        (AnalysisError("no column 'sent'"), 2, "no column 'sent'\n"),
        (KeyboardInterrupt(), 130, "Stopped.\n"),
    ],
)
def test_what_a_user_can_mend_is_told_without_a_traceback(
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    raised: BaseException,
    code: int,
    told: str,
) -> None:
    def fail(ctx: click.Context) -> None:
        raise raised

    monkeypatch.setattr(cli, "invoke", fail)
    assert main(["scenarios"]) == code
    assert capsys.readouterr().err.lstrip("\n") == told


def test_a_defect_keeps_its_traceback(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cli, "invoke", lambda ctx: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        main(["scenarios"])


def test_a_reader_that_goes_early_gets_no_traceback() -> None:
    read, write = os.pipe()
    os.close(read)
    done = subprocess.run(
        [sys.executable, "-m", "analysis.cli.main", "show", "baseline"],
        cwd=ROOT,
        stdout=write,
        stderr=subprocess.PIPE,
        text=True,
        check=False,
    )
    os.close(write)
    assert done.stderr == ""
    assert done.returncode == 1


def test_a_folder_of_the_same_name_is_pointed_out(tmp_path: Path) -> None:
    """A package of the same name where the user stands hides the installed one; a sentence says so."""
    record = tmp_path / "site" / "referralsim-0.1.0.dist-info"
    record.mkdir(parents=True)
    (record / "METADATA").write_text("Metadata-Version: 2.1\nName: referralsim\nVersion: 0.1.0\n")
    for name in ("sim", "analysis"):
        (tmp_path / "site" / name).symlink_to(ROOT / name)
    (tmp_path / "here" / "sim").mkdir(parents=True)
    (tmp_path / "here" / "sim" / "__init__.py").touch()

    def told(*path: Path) -> str:
        return subprocess.run(
            [sys.executable, "-m", "analysis.cli.main", "--help"],
            cwd=tmp_path / "here",
            env=os.environ | {"PYTHONPATH": os.pathsep.join(map(str, path))},
            capture_output=True,
            text=True,
            check=True,
        ).stderr

    said = told(tmp_path / "site")
    stray = tmp_path / "here" / "sim"
    assert said.startswith(f"Note: 'sim' is taken from the folder {stray}, where you stand")
    assert len(said.splitlines()) == 1
    (stray / "__init__.py").unlink()
    stray.rmdir()
    assert told(tmp_path / "site") == ""
