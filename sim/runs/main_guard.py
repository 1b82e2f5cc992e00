"""Refuses to start processes from a script that each of them would run again, from its first line."""

from __future__ import annotations

import ast
import sys
from pathlib import Path


def unguarded_line() -> tuple[str, int] | None:
    """Return the script, and its line under way, that other processes would run again; None if there is none.

    A process that is started anew imports the script that the user started. What stands under
    ``if __name__ == "__main__":`` is left out there; a call that stands elsewhere would be made again.
    """
    main = sys.modules.get("__main__")
    file = getattr(main, "__file__", None)
    named = getattr(getattr(main, "__spec__", None), "name", None)  # of 'python -m name'
    if file is None or (named or "").endswith("__main__"):
        return None
    frame = sys._getframe()
    while frame is not None:
        if frame.f_globals.get("__name__") == "__main__" and frame.f_code.co_name == "<module>":
            break
        frame = frame.f_back  # type: ignore[assignment]  # None at the end
    if frame is None:  # from a thread, a test or another module
        return None
    try:
        if not Path(frame.f_code.co_filename).samefile(file):  # a debugger's or a profiler's
            return None
        tree = ast.parse(Path(file).read_bytes())
    except (OSError, SyntaxError, ValueError):
        return None
    line = frame.f_lineno
    guards = [one for one in tree.body if isinstance(one, ast.If) and "__name__" in ast.unparse(one.test)]
    # A guard may enclose the call, or end the script for others before it comes to it.
    return None if any(guard.lineno <= line for guard in guards) else (str(file), line)


def refuse_unguarded_script() -> None:
    """End such a script in one line, with exit code 2, before any process is started.

    An exception that a script does not expect would print a dozen lines above the one that helps.
    """
    found = unguarded_line()
    if found is None:
        return
    file, line = found
    sys.stderr.write(
        f"{file}:{line}: other processes run this script again from its first line; put the call under "
        "'if __name__ == \"__main__\":', or use workers=1\n"
    )
    raise SystemExit(2)
