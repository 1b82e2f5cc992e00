"""The commands, each declared once: name, module, a line of help, the same in Python, and its page."""

from __future__ import annotations

from typing import NamedTuple


class Command(NamedTuple):
    """A command of ``referralsim``.

    Attributes
    ----------
    module
        Module with a click command of this name; imported only to run it.
    line
        Its line in ``referralsim --help``.
    function
        The public function that does the same in Python.
    page
        The page of the documentation that explains it.
    """

    module: str
    line: str
    function: str
    page: str


COMMANDS: dict[str, Command] = {
    "scenarios": Command("sim.cli", "List the scenarios that come with the program.", "shipped_scenarios", "README.md"),
    "show": Command(
        "sim.cli", "Print a scenario with every default filled in.", "load_scenario", "docs/scenario-format.md"
    ),
    "parameters": Command(
        "sim.cli",
        "List every parameter: default, unit, bounds, meaning, source.",
        "find_parameters",
        "docs/parameters.md",
    ),
    "schema": Command(
        "sim.cli", "Print the JSON Schema of scenario files, for editors.", "scenario_schema", "docs/scenario-format.md"
    ),
    "run": Command("analysis.cli.run", "Simulate a scenario and print its rates.", "simulate", "docs/researchers.md"),
    "trace": Command(
        "analysis.cli.trace",
        "Simulate one replication and tell one person's story, day by day.",
        "trace",
        "docs/coaches.md",
    ),
    "report": Command(
        "analysis.cli.report",
        "Simulate a scenario and write a page with charts and numbers.",
        "report",
        "docs/coaches.md",
    ),
    "compare": Command(
        "analysis.cli.compare", "Compare strategies at equal hours, on one page to print.", "compare", "docs/coaches.md"
    ),
    "client": Command(
        "analysis.cli.client",
        "Write a file about a client to fill in, for compare.",
        "new_client",
        "docs/coaches.md",
    ),
    "sweep": Command(
        "analysis.cli.sweep",
        "Simulate many variants of a scenario and write their rates; resumes after a stop.",
        "sweep",
        "docs/sweeps.md",
    ),
    "status": Command("analysis.cli.status", "Show the progress of a sweep.", "status", "docs/sweeps.md"),
    "results": Command(
        "analysis.cli.results",
        "Show what is kept on the disk and how large it is, or remove it.",
        "results",
        "docs/kept.md",
    ),
    "sensitivity": Command(
        "analysis.cli.sensitivity",
        "Find which parameters of a sweep move a quantity: numbers, charts, a page.",
        "sensitivity",
        "docs/sensitivity.md",
    ),
    "calibrate": Command(
        "analysis.cli.calibrate",
        "Fit parameters to target rates and say which ones the targets pin down.",
        "calibrate",
        "docs/calibration.md",
    ),
    "patterns": Command(
        "analysis.cli.patterns",
        "Compare the published patterns P1 to P12 with simulations.",
        "patterns",
        "docs/evidence.md",
    ),
    "check": Command(
        "analysis.cli.check",
        "Check scenarios against their reference rates and their claims.",
        "check",
        "docs/checks.md",
    ),
}
