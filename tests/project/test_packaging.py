"""What is handed out: the citation, and a wheel that lives beside projects with an ``analysis`` and a ``sim``."""

import re
import subprocess
import sys
import sysconfig
import tomllib
import venv
import zipfile
from pathlib import Path

import pytest
from paths import ROOT

from analysis.cli.command_list import COMMANDS

PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]


def test_citation_names_version_licence_and_authors_of_the_project() -> None:
    lines = (ROOT / "CITATION.cff").read_text(encoding="utf-8").splitlines()
    assert lines[0] == "cff-version: 1.2.0"
    assert f"version: {PROJECT['version']}" in lines
    assert f"license: {PROJECT['license']}" in lines
    assert f"title: {PROJECT['name']}" in lines
    assert [line for line in lines if line.startswith("  - name:")] == [
        f"  - name: {author['name']}" for author in PROJECT["authors"]
    ]


def test_every_dependency_has_a_lower_bound_that_the_oldest_can_be_installed_by() -> None:
    bounds = [*PROJECT["dependencies"], *PROJECT["optional-dependencies"]["test"]]
    assert [one for one in bounds if one.count(">=") != 1] == []


@pytest.mark.parametrize("name", COMMANDS)
def test_a_command_has_a_page_and_a_test(name: str) -> None:
    command = COMMANDS[name]
    page = (ROOT / command.page).read_text(encoding="utf-8")
    shown = re.search(rf"(?:referralsim|bootstrap\.py) {name}\b", page)
    assert shown, f"{command.page} does not say how to use the command {name}"
    tests = "".join(file.read_text(encoding="utf-8") for file in sorted((ROOT / "tests").rglob("test_*.py")))
    called = (f'["{name}"', f'"{name}",', f"invoke({name}", f"({name})", f"main({name}")
    assert any(text in tests for text in called), f"no test runs the command {name}"


# ---- the wheel -----------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("dist")
    build = "import sys; from hatchling.build import build_wheel; print(build_wheel(sys.argv[1]))"
    subprocess.run([sys.executable, "-c", build, str(folder)], cwd=ROOT, check=True, capture_output=True)
    return next(folder.glob("*.whl"))


@pytest.fixture(scope="module")
def python(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The Python of a fresh environment with the wheel; what it needs is taken from the environment of the tests."""
    folder = tmp_path_factory.mktemp("fresh")
    venv.create(folder, with_pip=False)
    site = Path(sysconfig.get_path("purelib", vars={"base": str(folder), "platbase": str(folder)}))
    with zipfile.ZipFile(wheel) as packed:
        packed.extractall(site)
    # Only the packages: the .pth files there, and with them an editable installation of ours, are not followed.
    (site / "needs.pth").write_text(f"{sysconfig.get_path('purelib')}\n", encoding="utf-8")
    return folder / "bin" / "python"


def started(python: Path, folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [str(python), *arguments]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False, env={"PATH": "/usr/bin"})


@pytest.mark.slow
def test_the_wheel_holds_what_it_should(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as packed:
        names = packed.namelist()
    tops = {name.split("/")[0] for name in names}
    assert {top for top in tops if not top.endswith(".dist-info")} == {"sim", "analysis", "referralsim.py"}
    assert "sim/_scenarios/baseline.yaml" in names
    assert "analysis/reporting/report.html.j2" in names


@pytest.mark.slow
def test_a_project_with_its_own_analysis_and_sim_runs_its_tests(python: Path, tmp_path: Path) -> None:
    """The fixtures are there; whoever uses one is told in one line which file hides ours."""
    (tmp_path / "analysis").mkdir()
    (tmp_path / "analysis" / "__init__.py").write_text("MINE = 1\n")
    (tmp_path / "sim.py").write_text("MINE = 2\n")
    (tmp_path / "test_mine.py").write_text(
        "import analysis, sim\n\ndef test_mine():\n    assert (analysis.MINE, sim.MINE) == (1, 2)\n"
    )
    done = started(python, tmp_path, "-m", "pytest", "-q", "-p", "no:cacheprovider")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "1 passed" in done.stdout
    (tmp_path / "test_ours.py").write_text("def test_ours(simulated):\n    simulated('baseline')\n")
    done = started(python, tmp_path, "-m", "pytest", "-q", "-p", "no:cacheprovider")
    said = [line for line in done.stdout.splitlines() if "hides the package" in line and not line.startswith("ERROR")]
    assert len(said) == 1, done.stdout
    assert said[0].startswith(f"referralsim: {tmp_path / 'sim.py'} hides the package 'sim' that referralsim needs; ")
    done = started(python, tmp_path, "-m", "referralsim", "run", "baseline")
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.splitlines() == said


@pytest.mark.slow
def test_elsewhere_the_wheel_works(python: Path, tmp_path: Path) -> None:
    done = started(python, tmp_path, "-m", "referralsim", "--version")
    assert done.stdout == f"referralsim {PROJECT['version']}\n", done.stderr
    (tmp_path / "test_ours.py").write_text(
        "def test_ours(simulated):\n"
        "    small = {'population.people': 100, 'time.warm_up': 0, 'time.window': 60}\n"
        "    assert simulated('baseline', replications=1, overrides=small).result.replications == 1\n"
    )
    done = started(python, tmp_path, "-m", "pytest", "-q", "-p", "no:cacheprovider")
    assert done.returncode == 0, done.stdout + done.stderr
