"""Runs to put into a store, made without any simulation."""

from sim.store.store import Run, finished_run, key_of


def run(number: int, values: dict[str, tuple[float, float]] | None = None, error: str = "") -> Run:
    """The run of that number; its value is the number unless said otherwise, and none where it failed."""
    digest = f"{number:064x}"
    values = None if error else values if values is not None else {"a": (1.0, float(number))}
    return finished_run(key_of(digest, 1, 0), digest, 1, 0, values, {"cpu_seconds": 0.5}, error)


# Code before that of a test, in a process of its own: the store in the first argument is open.
OPEN = "import sys, time\nfrom stored_runs import run\nfrom sim.store.store import Store\nstore = Store(sys.argv[1])\n"
