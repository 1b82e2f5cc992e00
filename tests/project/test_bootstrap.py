"""What the set-up script decides and says; the set-up itself is run from nothing by the CI script."""

import ast
import importlib.util
import io
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import pytest
from paths import ROOT

READY = {"state": "ready", "digest": "d", "python": "3.11", "extras": ["test"]}


@pytest.fixture
def bootstrap() -> ModuleType:
    spec = importlib.util.spec_from_file_location("bootstrap", ROOT / "bootstrap.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_old_python_gets_one_sentence(bootstrap: ModuleType) -> None:
    assert "needs Python 3.11 or newer; this is Python 3.10" in bootstrap.too_old((3, 10, 13, "final", 0))
    assert bootstrap.too_old((2, 7, 18)) is not None
    assert bootstrap.too_old((3, 11, 0)) is None
    assert bootstrap.too_old((3, 14, 0)) is None


def test_script_has_no_syntax_that_an_old_python_stumbles_over() -> None:
    ast.parse((ROOT / "bootstrap.py").read_text(encoding="utf-8"), feature_version=(3, 4))


@pytest.mark.parametrize(
    ("stamp", "wanted", "step", "extras"),
    [
        ({}, ["test"], "create", ["test"]),
        (READY, [], "nothing", ["test"]),
        (READY, ["test"], "nothing", ["test"]),
        (READY, ["dev", "test"], "install", ["dev", "test"]),
        (READY | {"digest": "older"}, [], "install", ["test"]),
        (READY | {"python": "3.12"}, [], "create", ["test"]),
        (READY | {"state": "unfinished"}, [], "create", ["test"]),
    ],
)
def test_only_what_has_changed_is_set_up_again(
    bootstrap: ModuleType,
    stamp: dict[str, object],
    wanted: list[str],
    step: str,
    extras: list[str],
) -> None:
    assert bootstrap.plan(stamp, wanted, "d", "3.11") == (step, extras)


def test_digest_moves_with_each_file_that_decides(bootstrap: ModuleType, tmp_path: Path) -> None:
    seen = set()
    for project, pins in (("a", "b"), ("a", "c"), ("d", "b")):
        (tmp_path / "pyproject.toml").write_text(project)
        (tmp_path / "constraints.txt").write_text(pins)
        seen.add(bootstrap.digest(str(tmp_path)))
    assert len(seen) == 3


def test_damaged_stamp_counts_as_none(bootstrap: ModuleType, tmp_path: Path) -> None:
    stamp = tmp_path / "stamp.json"
    bootstrap.write_stamp(READY, str(stamp))
    assert bootstrap.read_stamp(str(stamp)) == READY
    stamp.write_text(stamp.read_text()[:-5])
    assert bootstrap.read_stamp(str(stamp)) == {}
    assert bootstrap.read_stamp(str(tmp_path / "missing")) == {}


def test_files_are_found_from_where_the_user_stands(bootstrap: ModuleType, tmp_path: Path) -> None:
    for name in ("mine.yaml", "baseline"):
        (tmp_path / name).touch()
    given = ["mine.yaml", "baseline", "other.yaml", "--json"]
    assert bootstrap.from_here(given, str(tmp_path)) == [str(tmp_path / "mine.yaml"), *given[1:]]
    assert bootstrap.from_here(given, str(ROOT)) == given


def test_long_failure_is_told_by_its_last_lines(bootstrap: ModuleType) -> None:
    lines = [f"line {number} " + "x" * 500 for number in range(100)]
    told = bootstrap.failure(lines).splitlines()
    assert told[0].startswith("Set-up failed")
    assert [text.split()[1] for text in told[1:]] == [str(number) for number in range(88, 100)]
    assert max(map(len, told)) <= 202
    broken = "WARNING: Retrying after connection broken by 'NewConnectionError'"
    told = bootstrap.failure([broken] * 200 + lines).splitlines()
    assert told[0].startswith("Set-up needs the network once")
    assert told[1:] == ["  " + broken]


def test_progress_is_few_lines_without_a_terminal(
    bootstrap: ModuleType,
    capsys: pytest.CaptureFixture[str],
) -> None:
    output = "".join(f"Collecting p{n}>=1 (from x)\n  Downloading p{n}.whl\n" for n in range(50))
    lines = bootstrap.follow(io.StringIO(output + "Installing collected packages: a, b, c\n"))
    assert len(lines) == 101
    assert capsys.readouterr().err.splitlines() == [
        "  package 1: p0",
        "  package 21: p20",
        "  package 41: p40",
        "  putting 3 packages in place; this can take some minutes",
    ]


@pytest.mark.parametrize(
    ("given", "added"),
    [
        ([], ["-n", "auto"]),
        (["-m", "slow", "-k", "named"], ["-n", "auto"]),
        (["-n", "3"], []),
        (["-x", "-n0"], []),
        (["--numprocesses=2"], []),
    ],
)
def test_tests_use_all_cores_unless_a_number_is_asked_for(
    bootstrap: ModuleType,
    given: list[str],
    added: list[str],
) -> None:
    ((python, *rest),) = bootstrap.commands(["test", *given])
    assert Path(python).parent == Path(bootstrap.SCRIPTS)
    assert rest == ["-m", "pytest", *added, *given]


def copy_of_the_project(folder: Path) -> Path:
    folder.mkdir()
    for name in ("bootstrap.py", "pyproject.toml", "constraints.txt"):
        shutil.copy(ROOT / name, folder)
    return folder


def start(project: Path, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith("PIP_")}
    base = getattr(sys, "_base_executable", sys.executable)
    return subprocess.run(
        [base, str(project / "bootstrap.py"), *arguments],
        env=kept | environment,
        capture_output=True,
        text=True,
        check=False,
    )


def test_environment_of_somebody_else_is_left_alone(tmp_path: Path) -> None:
    project = copy_of_the_project(tmp_path / "project")
    (project / ".venv").mkdir()
    (project / ".venv" / "precious").write_text("kept")
    done = start(project, "scenarios")
    assert done.returncode == 2
    assert "was not made by this script" in done.stderr
    assert [path.name for path in (project / ".venv").iterdir()] == ["precious"]


@pytest.mark.slow
def test_without_network_set_up_says_so_and_begins_anew_next_time(tmp_path: Path) -> None:
    project = copy_of_the_project(tmp_path / "a project")
    for _ in range(2):
        done = start(project, "scenarios", PIP_PROXY="http://127.0.0.1:9", PIP_RETRIES="1")
        assert done.returncode == 2
        assert "Set-up needs the network once" in done.stderr
        assert "Making .venv" in done.stderr
        assert len(done.stderr.splitlines()) < 10
        assert json.loads((project / ".venv" / "referralsim-setup.json").read_text())["state"] == "unfinished"
