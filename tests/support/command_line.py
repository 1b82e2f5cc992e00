"""The command as a user starts it, in a process of its own."""

import inspect
import shlex
import subprocess
import sys
from pathlib import Path

from click.testing import CliRunner
from other_processes import ENVIRONMENT, WITHOUT_COVERAGE

COMMAND = [sys.executable, "-m", "referralsim"]
Done = subprocess.CompletedProcess[str]
"""What a command says and gives back."""


def in_process() -> CliRunner:
    """A runner that keeps the two outputs apart; click before 8.2 has to be asked."""
    apart = "mix_stderr" in inspect.signature(CliRunner).parameters
    return CliRunner(mix_stderr=False) if apart else CliRunner()  # type: ignore[call-arg,unused-ignore]


def referralsim(*arguments: str, folder: Path) -> Done:
    """Run a command to its end."""
    return subprocess.run(
        [*COMMAND, *arguments], cwd=folder, env=ENVIRONMENT, capture_output=True, text=True, check=False, timeout=300
    )


def on_a_full_disk(blocks: int, *arguments: str, folder: Path) -> Done:
    """Run a command where no file can grow beyond so many blocks of 1024 bytes, as on a disk that is full.

    Python ignores the signal that goes with the limit, so that writing fails as on a full disk.
    """
    return subprocess.run(
        ["bash", "-c", f"ulimit -f {blocks}; exec {shlex.join([*COMMAND, *arguments])}"],
        cwd=folder,
        env=WITHOUT_COVERAGE,
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )


def started(folder: Path, *arguments: str) -> subprocess.Popen[str]:
    """Start a command in a group of its own, as a terminal does."""
    return subprocess.Popen(
        [*COMMAND, *arguments],
        cwd=folder,
        env=ENVIRONMENT,
        start_new_session=True,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def on_a_terminal(folder: Path, *arguments: str) -> tuple[int, bytes]:
    """Run a command whose errors go to a terminal of 100 columns: exit code, and what the terminal was sent."""
    import fcntl
    import os
    import pty
    import struct
    import termios

    mine, its = pty.openpty()
    fcntl.ioctl(its, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 100, 0, 0))
    process = subprocess.Popen(
        [*COMMAND, *arguments], cwd=folder, env=ENVIRONMENT, stderr=its, stdout=subprocess.DEVNULL
    )
    os.close(its)
    said = b""
    while True:
        try:
            part = os.read(mine, 4096)
        except OSError:
            break
        if not part:
            break
        said += part
    os.close(mine)
    return process.wait(timeout=60), said
