"""The digest of the program: what it computes may change with its files, while its version stays."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from functools import cache
from importlib.util import find_spec
from pathlib import Path

MODEL = ("sim",)
"""The package from whose files all tables of a run follow."""


@cache
def program_digest(packages: tuple[str, ...] = MODEL) -> str:
    """Digest of all Python files of some packages, with their names.

    Line ends do not count: a checkout on another system may write them differently.

    Parameters
    ----------
    packages : tuple of str
        Such as ``sim`` or ``analysis.tables``; all that lies below them counts, too.

    Returns
    -------
    str
        16 hexadecimal digits.
    """
    digest = hashlib.sha256()
    for package in packages:
        for name, path in sorted(_python_files(package)):
            content = path.read_bytes().replace(b"\r\n", b"\n")
            digest.update(b"%s %s %d\n%s" % (package.encode(), name.encode(), len(content), content))
    return digest.hexdigest()[:16]


def _python_files(package: str) -> Iterator[tuple[str, Path]]:
    spec = find_spec(package)
    for place in (spec.submodule_search_locations if spec is not None else None) or ():
        for path in Path(place).rglob("*.py"):
            yield path.relative_to(place).as_posix(), path
