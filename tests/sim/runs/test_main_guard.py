"""A script that processes would run again from its first line is refused in one line."""

import subprocess
import sys
from pathlib import Path

import pytest
from other_processes import WITHOUT_COVERAGE

BEGIN = "from sim.runs.main_guard import refuse_unguarded_script\n"
CALL = "refuse_unguarded_script()\n"
GUARD = 'if __name__ == "__main__":\n'


@pytest.mark.parametrize(
    ("script", "refused"),
    [
        (CALL, 2),
        (f"def f():\n    {CALL}\nf()\n", 5),
        (f"for _ in [1]:\n    {CALL}", 3),
        (f"{GUARD}    {CALL}", None),
        (f"def f():\n    {CALL}\n{GUARD}    f()\n", None),
        (f'if __name__ != "__main__":\n    raise SystemExit\n{CALL}', None),
    ],
)
def test_scripts(tmp_path: Path, script: str, refused: int | None) -> None:
    file = tmp_path / "script.py"
    file.write_text(BEGIN + script, encoding="utf-8")
    done = subprocess.run(
        [sys.executable, file], env=WITHOUT_COVERAGE, capture_output=True, text=True, check=False, timeout=60
    )
    if refused is None:
        assert (done.returncode, done.stderr) == (0, "")
    else:
        assert done.returncode == 2
        assert done.stderr.startswith(f"{file}:{refused}: other processes run this script again")
        assert done.stderr.count("\n") == 1
        assert GUARD.strip() in done.stderr


def test_pools_of_processes_ask(tmp_path: Path) -> None:
    file = tmp_path / "script.py"
    file.write_text("import sim.runs.executors as e\ne.Crew(workers=2)\n", encoding="utf-8")
    done = subprocess.run(
        [sys.executable, file], env=WITHOUT_COVERAGE, capture_output=True, text=True, check=False, timeout=60
    )
    assert (done.returncode, done.stderr.count("\n")) == (2, 1)
