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
    assert "the commands are scenarios, show" in capsys.readouterr().err


def test_unknown_scenario_is_one_line(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["show", "basline"]) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert len(err.splitlines()) == 1
    assert "did you mean 'baseline'" in err


@pytest.mark.parametrize(
    "words",
    [
        ("run", "baseline", "--set", "title=\udce9"),
        ("report", "baseline", "--results", "\udce9"),
        ("sweep", "crowding", "--store", "\udce9"),
        ("client", "new", "\udce9"),
        ("check", "--update", "--why", "\udce9"),
        ("\udce9",),
    ],
)
def test_bytes_that_are_no_utf_8_are_one_line_and_nothing_is_written(
    words: tuple[str, ...], capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert main(words) == 2
    shown = words[-1].replace("\udce9", "\\xe9")
    assert capsys.readouterr().err == (
        f"referralsim: found '{shown}', with bytes that are no UTF-8; write it in UTF-8\n"
    )
    assert list(tmp_path.iterdir()) == []


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
        [sys.executable, "-m", "referralsim", "show", "baseline"],
        cwd=ROOT,
        stdout=write,
        stderr=subprocess.PIPE,
        text=True,
        check=False,
    )
    os.close(write)
    assert done.stderr == ""
    assert done.returncode == 1


@pytest.mark.parametrize("name", ["sim", "analysis"])
@pytest.mark.parametrize("kind", ["package", "file"])
def test_what_hides_our_own_packages_is_named_in_one_line(tmp_path: Path, name: str, kind: str) -> None:
    """A folder or file of the same name that comes first hides our own package."""
    stray = tmp_path / name / "__init__.py" if kind == "package" else tmp_path / f"{name}.py"
    stray.parent.mkdir(exist_ok=True)
    stray.write_text("raise SystemExit('must not be run')\n")

    def started(*arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, *arguments],
            cwd=tmp_path,
            env=os.environ | {"PYTHONPATH": str(ROOT)},
            capture_output=True,
            text=True,
            check=False,
        )

    said = f"referralsim: {stray} hides the package '{name}' that referralsim needs; "
    done = started("-m", "referralsim", "--help")
    assert done.returncode == 2
    assert done.stdout == ""
    assert len(done.stderr.splitlines()) == 1
    assert done.stderr.startswith(said)
    done = started("-c", "import referralsim\nreferralsim.simulate")
    assert done.stderr.splitlines()[-1].startswith(f"ImportError: {said}")
    stray.unlink()
    done = started("-m", "referralsim", "--help")
    assert (done.returncode, done.stderr) == (0, "")


def test_importing_the_door_loads_nothing_else() -> None:
    code = "import sys, referralsim; print(sorted({'sim', 'analysis', 'click', 'pytest', 'numpy'} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        (
            ["sweep"],
            (
                "referralsim sweep: missing argument 'FILE', such as in 'referralsim sweep crowding'; "
                "see referralsim sweep --help"
            ),
        ),
        (["status", "a", "b"], "referralsim status: got unexpected extra argument (b); see referralsim status --help"),
        (["rport"], "referralsim: no command 'rport'; did you mean 'report'? See referralsim --help"),
    ],
)
def test_an_error_of_usage_is_one_line(typed: list[str], said: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(typed) == 2
    assert capsys.readouterr() == ("", f"{said}\n")


@pytest.mark.parametrize("typed", [["--wrkers", "3"], ["--workers"], ["--qq"]])
def test_a_wrong_option_is_one_line(typed: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    # How an option is quoted, and whether the nearest is named, differs between releases of click.
    assert main(["run", "baseline", *typed]) == 2
    err = capsys.readouterr().err
    assert err.startswith("referralsim run: ")
    assert typed[0].lstrip("-") in err
    assert err.endswith("ee referralsim run --help\n")
    assert err.count("\n") == 1


def test_a_folder_that_may_not_be_written_is_named_before_the_work(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("os.access", lambda *_: False)
    assert main(["run", "baseline"]) == 2
    assert capsys.readouterr() == (
        "",
        ".: you may not write there, so results/baseline cannot be made; name another folder\n",
    )
    assert not list(tmp_path.iterdir())
