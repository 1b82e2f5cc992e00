"""Whose story to tell: simulate one replication, and choose a person by a rule."""

from __future__ import annotations

import importlib.metadata

import pandas as pd

from analysis.errors import AnalysisError
from analysis.tracing.story import of_replication
from sim.runs.replication import run_replication
from sim.runs.result import Result
from sim.scenario.scenario import Scenario


def one_replication(scenario: Scenario, *, seed: int | None = None, replication: int = 0) -> Result:
    """Simulate one replication alone, with the same result as among many.

    Parameters
    ----------
    scenario
        From :func:`sim.load_scenario`.
    seed
        Instead of the scenario's own.
    replication
        Its number, from 0.
    """
    seed = scenario.seed if seed is None else seed
    tables, _ = run_replication(scenario, seed, replication)
    time = scenario.time
    manifest = {
        "scenario": scenario.name,
        "digest": scenario.digest,
        "seed": seed,
        "replications": replication + 1,
        "horizon": time.warm_up + time.window + time.follow_up,
        "versions": {"referralsim": importlib.metadata.version("referralsim")},
    }
    return Result(scenario, seed, replication + 1, manifest, None, {name: [table] for name, table in tables.items()})


def choose(result: Result, replication: int = 0, role: str | None = None) -> tuple[int, str]:
    """Choose a person by a rule that always gives the same one.

    Of a role a typical one, with the median number of applications; of a whole market one whose story shows a
    referral, which is a success, and the rule says so.

    Parameters
    ----------
    result, replication
        As in :func:`analysis.tracing.story.story`.
    role
        Role of the cast to which the choice is limited.

    Returns
    -------
    tuple
        The person, and the rule in words.

    Raises
    ------
    AnalysisError
        If nobody in the run has the role.
    """
    people = of_replication(result.persons, replication)
    among = "people"
    if role is not None:
        people = people[people["role"].astype(str) == role]
        among = f"people of the role {role}"
        if people.empty:
            cast = [str(name) for name in result.persons["role"].cat.categories if name != "none"]
            known = f"it has {', '.join(cast)}" if cast else "its scenario has no cast"
            raise AnalysisError(f"role '{role}': nobody in this run has that role; {known}")
    sent = of_replication(result.applications, replication)
    sent = sent[sent["person"].isin(people["person"])]
    referred = sent[sent["channel"] == "referral"]
    spells = of_replication(result.spells, replication)
    ended = spells.loc[(spells["how"] == "referral") & (spells["start"] >= 0), "person"]
    hired = referred[referred["accepted"].notna()]
    shows_a_referral = (
        (
            hired[hired["person"].isin(ended)],
            "whose search began in the run and ended with a job through a referral (a success, not a typical person)",
        ),
        (hired, "hired through a referral (a success, not a typical person)"),
        (referred, "recommended to an employer (more than most people are)"),
    )
    for rows, what in (
        *(shows_a_referral if role is None else ()),
        (sent, "who sent an application"),
        (people, "there"),
    ):
        pool = pd.Index(rows["person"].unique())
        if len(pool):
            efforts = sent["person"].value_counts().reindex(pool, fill_value=0)
            ranked = sorted(pool.tolist(), key=lambda person: (int(efforts[person]), person))
            middle = ranked[(len(ranked) - 1) // 2]
            if len(pool) == 1:
                return int(middle), f"the only one of the {among} {what}"
            return int(middle), f"the one with the median number of applications among the {len(pool)} {among} {what}"
    raise AnalysisError("There is nobody in this run")
