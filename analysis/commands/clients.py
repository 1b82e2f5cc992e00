"""A file about one client, to fill in: client."""

from __future__ import annotations

import os
import shlex
from pathlib import Path

from analysis.errors import AnalysisError


def new_client(path: str | Path) -> Path:
    """Write a file about a client in which all that matters is asked, for :func:`compare`.

    Parameters
    ----------
    path
        The file to write; ``.yaml`` is added to a name without it.

    Returns
    -------
    Path
        The file.

    Raises
    ------
    AnalysisError
        If there is such a file already, or it cannot be written.
    """
    from sim.errors import printable
    from sim.scenario.client_reader import template
    from sim.scenario.scenario import parameters_table

    known = {row.path: row.default for row in parameters_table()}
    place = Path(path)
    shown = printable(os.fspath(path), 200)
    if place.name in ("", "..") or shown != os.fspath(path):  # a line break would end the first line of the file
        raise AnalysisError(f"'{shown}': expected the name of a file to write, such as my-client")
    place = place if place.suffix in (".yaml", ".yml") else place.with_name(f"{place.name}.yaml")
    content = template(shlex.quote(os.fspath(place)), lambda name: float(known[name])).encode()
    try:
        file = place.open("xb")  # never over a file that is there, which may be filled in
    except FileExistsError:
        raise AnalysisError(f"{place}: is there already; choose another name") from None
    except (OSError, ValueError) as problem:
        reason = problem.strerror if isinstance(problem, OSError) else problem
        raise AnalysisError(f"{place}: {reason}; expected the name of a file to write") from None
    try:
        with file:
            file.write(content)
    except OSError as problem:
        place.unlink()
        raise AnalysisError(f"{place}: {problem.strerror}; nothing was written") from None
    return place
