"""Another Python, in which our packages and the helpers of the tests are found."""

import os
import pickle
import subprocess
import sys
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import Any

from paths import ROOT, SUPPORT

ENVIRONMENT = os.environ | {"PYTHONPATH": os.pathsep.join([str(ROOT), str(SUPPORT)])}
"""The environment of this process, with our paths."""
# A coverage file is one more that does not fit where the size of files is limited, and it says so.
WITHOUT_COVERAGE = {name: value for name, value in ENVIRONMENT.items() if not name.startswith("COVERAGE_")}
"""The same where no coverage is measured."""


def start_python(
    code: str, *arguments: object, environment: dict[str, str] | None = None, folder: Path = ROOT
) -> subprocess.Popen[str]:
    """Start a Python with code of ours; its input and output are text in pipes."""
    return subprocess.Popen(
        [sys.executable, "-c", code, *map(str, arguments)],
        cwd=folder,
        env=environment or ENVIRONMENT,
        text=True,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )


def run_python(
    code: str, *arguments: object, environment: dict[str, str] | None = None, folder: Path = ROOT
) -> subprocess.CompletedProcess[str]:
    """Run code of ours in a Python of its own, to its end."""
    return subprocess.run(
        [sys.executable, "-c", code, *map(str, arguments)],
        cwd=folder,
        env=environment or ENVIRONMENT,
        text=True,
        capture_output=True,
        timeout=300,
    )


def printed(code: str, *arguments: object, environment: dict[str, str] | None = None) -> str:
    """Give what code of ours prints in a Python of its own, which has to end well."""
    done = run_python(code, *arguments, environment=environment)
    assert done.returncode == 0, done.stderr
    return done.stdout


def other_hashes() -> dict[str, str]:
    """An environment in which sets and dictionaries of text have another order than in this process."""
    return ENVIRONMENT | {"PYTHONHASHSEED": "2" if os.environ.get("PYTHONHASHSEED") == "1" else "1"}


def _unpacked(packed: bytes) -> bytes:
    call, arguments = pickle.loads(packed)
    return pickle.dumps(call(*arguments))


class PackedThreads(ThreadPoolExecutor):
    """Threads to which everything goes as to processes: packed, and back again.

    Stands in for `sim.runs.executors.local_pool` where workers have only to share the work, in an order of their own,
    and get nothing that cannot be sent: a process of its own costs seconds of imports.
    """

    def submit(self, call: Callable[..., Any], /, *arguments: Any, **keywords: Any) -> Future[Any]:
        """Run the task with copies of its arguments; the future holds a copy of what it returns."""
        assert not keywords
        done: Future[Any] = Future()

        def give(packed: Future[bytes]) -> None:
            problem = packed.exception()
            if problem is not None:
                done.set_exception(problem)
            else:
                done.set_result(pickle.loads(packed.result()))

        super().submit(_unpacked, pickle.dumps((call, arguments))).add_done_callback(give)
        return done
