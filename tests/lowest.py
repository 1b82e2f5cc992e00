"""Run the fast tests with the oldest release of every dependency that pyproject.toml allows.

    python3.11 tests/lowest.py                      a fresh environment, thrown away afterwards
    python3.11 tests/lowest.py --keep DIR           keep the environment there, and use it again
    python3.11 tests/lowest.py -- tests/sim -k desk  what follows goes to pytest

Pins what pyproject.toml names itself, on the oldest Python it allows; what those packages need is left to pip.
"""

from __future__ import annotations

import argparse
import re
import subprocess
import sys
import tempfile
import tomllib
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
LOWER_BOUND = re.compile(r"^([A-Za-z0-9._-]+)>=([0-9][^,;\s]*)$")


def oldest(requirements: list[str]) -> list[str]:
    """Turn every ``name>=version`` into ``name==version``; what has no such bound is an error."""
    pins = []
    for said in requirements:
        found = LOWER_BOUND.match(said)
        if found is None:
            raise SystemExit(f"pyproject.toml: '{said}' has no plain lower bound such as numpy>=2.0")
        pins.append(f"{found[1]}=={found[2]}")
    return pins


def install(folder: Path) -> Path:
    """Make the environment, or bring it up to date, and give its Python."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    wanted = project["requires-python"].removeprefix(">=")
    if f"{sys.version_info[0]}.{sys.version_info[1]}" != wanted:
        raise SystemExit(f"The oldest releases are for Python {wanted}; start this with python{wanted}.")
    python = folder / "bin" / "python"
    if not python.exists():
        subprocess.run([sys.executable, "-m", "venv", str(folder)], check=True)
    pins = oldest([*project["dependencies"], *project["optional-dependencies"]["test"]])
    print("\n".join(pins), flush=True)
    pip = [str(python), "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    subprocess.run([*pip, *pins], check=True)
    subprocess.run([*pip, "--no-deps", "--editable", str(ROOT)], check=True)
    return python


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--keep", type=Path, metavar="DIR", help="where the environment is kept")
    parser.add_argument("tests", nargs="*", help="arguments for pytest")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as away:
        python = install((asked.keep or Path(away) / "oldest").absolute())
        # Old releases warn of what newer Pythons and their own successors change: that is no defect of this project.
        quiet = ["-W", "ignore::DeprecationWarning", "-W", "ignore::FutureWarning"]
        fast = ["-m", "not slow and not study and not browser", *quiet, *asked.tests]
        return subprocess.run([str(python), "-m", "pytest", "-p", "no:cacheprovider", *fast], cwd=ROOT).returncode


if __name__ == "__main__":
    sys.exit(main())
