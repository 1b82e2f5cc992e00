"""Fixtures and options of pytest for tests of scenarios.

Wherever the package is installed, pytest loads this file through :mod:`referralsim`, also in projects that have a
``sim`` or an ``analysis`` of their own. So it imports neither. The first test that uses a fixture does, and fails
with one line if they are hidden.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Protocol

import pytest

if TYPE_CHECKING:
    from pathlib import Path

    from analysis.checks.result import CheckResult
    from analysis.testing.assertions import Bench, Simulated
    from sim import Scenario

_OPTIONS = (
    ("references", "DIR", "reports", "folder with the references of scenarios, from the root of the tests"),
    ("replications", "N", "", "replications of every run, unless the test says how many (default: the scenario's own)"),
    ("workers", "N", "1", "processes that share the replications of a run"),
    ("undecided", "fail|skip", "fail", "whether an undecided test fails or is skipped"),
)


class Simulate(Protocol):
    """The type of the fixture ``simulated``."""

    def __call__(
        self,
        scenario: str | Path | Scenario,
        *,
        replications: int | None = None,
        seed: int | None = None,
        overrides: Mapping[str, Any] | None = None,
    ) -> Simulated:
        """Run a scenario, once per session."""
        ...


class NoDrift(Protocol):
    """The type of the fixture ``no_drift``."""

    def __call__(
        self,
        scenario: str | Path | Scenario,
        *,
        reference: str | Path | None = None,
        overrides: Mapping[str, Any] | None = None,
        false_alarm: float = 0.001,
    ) -> CheckResult:
        """Compare a scenario with its reference."""
        ...


def pytest_load_initial_conftests(early_config: pytest.Config) -> None:
    """Say which folder our packages hide: Python finds one without ``__init__.py`` after any installed package."""
    for name in ("sim", "analysis"):
        folder = early_config.invocation_params.dir / name
        if not (folder / "__init__.py").exists() and any(folder.glob("*.py")):
            sys.stderr.write(
                f"referralsim: its package '{name}' hides your folder {folder}, which has no __init__.py; "
                "add one, which may be empty.\n"
            )


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the options; each can also be set in the configuration file."""
    group = parser.getgroup("referralsim", "tests of scenarios (referralsim)")
    for name, shown, default, meaning in _OPTIONS:
        group.addoption(f"--referralsim-{name}", metavar=shown, default=None, help=meaning)
        parser.addini(f"referralsim_{name}", f"{meaning}; {shown}", type="string", default=default)


def pytest_configure(config: pytest.Config) -> None:
    """Refuse invalid options before anything runs."""
    for name in ("replications", "workers"):
        value = _said(config, name)
        if value and not (value.isdecimal() and int(value) > 0):
            raise pytest.UsageError(f"referralsim_{name}: found {value}; expected a whole number of at least 1")
    if _said(config, "undecided") not in ("fail", "skip"):
        raise pytest.UsageError(f"referralsim_undecided: found {_said(config, 'undecided')}; expected fail or skip")


def _said(config: pytest.Config, name: str) -> str:
    option = config.getoption(f"--referralsim-{name}")
    return str(config.getini(f"referralsim_{name}") if option is None else option).strip()


def _whole(config: pytest.Config, name: str) -> int | None:
    value = _said(config, name)
    return int(value) if value else None


def _bench(config: pytest.Config) -> Bench:
    """Return the bench that the options describe."""
    import referralsim

    problem = referralsim.hidden()
    if problem is not None:
        pytest.fail(problem, pytrace=False)
    from analysis.testing.assertions import Bench

    return Bench(
        config.rootpath,
        workers=_whole(config, "workers") or 1,
        replications=_whole(config, "replications"),
        references=_said(config, "references"),
        skips=_said(config, "undecided") == "skip",
    )


@pytest.fixture(scope="session")
def simulated(request: pytest.FixtureRequest) -> Simulate:
    """Run a scenario and assert its results: ``simulated("market.yaml").order("referral.hire", "direct.hire")``.

    All tests of a session share the run of a scenario with the same seed and replications.
    """
    return _bench(request.config).simulated


@pytest.fixture(scope="session")
def no_drift(request: pytest.FixtureRequest) -> NoDrift:
    """Compare a scenario with its reference: ``no_drift("market.yaml")``."""
    return _bench(request.config).no_drift
