"""The door to the toolkit: ``import referralsim``, the command ``referralsim``, and the plugin for pytest.

It offers the public names of :mod:`sim` and :mod:`analysis`, each loaded on first use:

>>> import referralsim
>>> referralsim.load_scenario("baseline").population.people
5000

Folders and scripts called ``sim`` or ``analysis`` are common. Where one of them hides our package of that name, the
user gets one line that names the file.
"""

from __future__ import annotations

import importlib
import importlib.util
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Sequence
    from types import ModuleType

    from analysis import *  # noqa: F403
    from sim import *  # noqa: F403

_PACKAGES = ("sim", "analysis")
_HOME = Path(__file__).resolve().parent
_CANNOT_RUN = 2


def hidden() -> str | None:
    """Name in one line the file or folder that hides a package of ours; None if there is none. Imports nothing."""
    for name in _PACKAGES:
        place = _place(name)
        if place is None:
            return f"referralsim: its package '{name}' is not in {_HOME}; install referralsim again."
        if place.resolve() not in (_HOME / name, _HOME / name / "__init__.py"):
            return (
                f"referralsim: {place} hides the package '{name}' that referralsim needs; "
                "rename it, or start Python where it does not come first (another folder, another PYTHONPATH)."
            )
    return None


def _place(name: str) -> Path | None:
    """Return the file, or the folder without ``__init__.py``, that Python would import under this name."""
    module = sys.modules.get(name)
    if module is not None and getattr(module, "__file__", None):
        return Path(str(module.__file__))
    spec = module.__spec__ if module is not None else importlib.util.find_spec(name)
    if spec is None:
        return None
    return Path(spec.origin or next(iter(spec.submodule_search_locations or [name])))


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line and return the exit code.

    Parameters
    ----------
    arguments : sequence of str, optional
        Arguments after ``referralsim``; by default those of the command line.
    """
    problem = hidden()
    if problem is not None:
        sys.stderr.write(f"{problem}\n")
        return _CANNOT_RUN
    from analysis.cli.main import main as command

    return command(arguments)


def _plugin() -> ModuleType:
    """Load the pytest plugin from its file, so that it also loads in projects with an ``analysis`` of their own."""
    name = "referralsim_pytest"
    if name not in sys.modules:
        spec = importlib.util.spec_from_file_location(name, _HOME / "analysis" / "testing" / "plugin.py")
        if spec is None or spec.loader is None:
            raise ImportError("referralsim: its plugin for pytest cannot be loaded; install referralsim again.")
        sys.modules[name] = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(sys.modules[name])
    return sys.modules[name]


def _faces() -> dict[str, ModuleType]:
    """Return the package that offers each public name."""
    problem = hidden()
    if problem is not None:
        raise ImportError(problem)
    return {name: package for package in map(importlib.import_module, _PACKAGES) for name in package.__all__}


def __getattr__(name: str) -> Any:
    if name == "pytest_plugin":
        return _plugin()
    if name.startswith("_") and name not in ("__all__", "__version__"):
        raise AttributeError(f"module 'referralsim' has no attribute '{name}'")
    faces = _faces()
    if name == "__all__":
        return sorted(faces)
    if name not in faces:
        raise AttributeError(f"module 'referralsim' has no attribute '{name}'")
    value = getattr(faces[name], name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    try:
        return sorted({*globals(), *_faces()})
    except ImportError:  # hidden packages: completion and inspection go on, and the first use says why
        return sorted(globals())


if __name__ == "__main__":
    sys.exit(main())
