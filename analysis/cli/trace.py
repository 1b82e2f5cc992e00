"""`referralsim trace`."""

from __future__ import annotations

import math
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from analysis.cli.options import Whole, json_option, out_option, seed_option
from analysis.cli.shared import check_writable, one_line
from sim.cli import scenario_errors, set_option
from sim.terminal import headed, say, say_json

if TYPE_CHECKING:
    import pandas as pd

    from analysis.tracing.trace import Trace


@click.command()
@click.argument("scenario")
@click.option(
    "--person",
    type=Whole(0),
    metavar="N",
    help="Number of the person.  [default: a typical one of --role, else a success: one with a referral to show]",
)
@click.option("--role", metavar="NAME", help="Choose someone with this role of the cast.")
@click.option(
    "--replication", type=Whole(0), metavar="R", default=0, show_default=True, help="Number of the replication."
)
@seed_option()
@set_option
@click.option("--all", "every", is_flag=True, help="Tell every step of every application, without summaries.")
@out_option("Write a page with charts to this folder.")
@json_option("Print the story on standard output as a JSON object with every step.")
def trace(
    scenario: str,
    person: int | None,
    role: str | None,
    replication: int,
    seed: int | None,
    overrides: dict[str, str],
    every: bool,
    out: Path | None,
    as_json: bool,
) -> None:
    """Simulate one replication of SCENARIO and tell one person's story, day by day."""
    if out is not None:
        check_writable(out)
    with scenario_errors():
        from analysis.commands.runs import trace as trace_person

        story = trace_person(
            scenario, person=person, role=role, replication=replication, seed=seed, overrides=overrides
        )
    if as_json:
        say_json(_as_json(story))
    else:
        loaded = story.result.scenario
        say(headed(loaded.name, loaded.title))
        say(f"Replication {replication}, seed {story.result.seed}. Chosen: {story.why}.\n\n{story.introduction}\n")
        say("\n".join(story.lines(every=every)))
    if out is not None:
        from analysis.tracing.page import publish

        with one_line():
            files = publish(story.result, story.steps, story.person, replication, story.why, out, every=every)
        say(f"\nPage: {out / files[0]} and {len(files) - 1} files beside it", err=as_json)


def _as_json(story: Trace) -> dict[str, Any]:
    """Return the story for machines."""
    return {
        "scenario": story.result.scenario.name,
        "seed": story.result.seed,
        "replication": story.replication,
        "person": story.person,
        "chosen": story.why,
        "introduction": story.introduction,
        "steps": _steps(story.steps),
    }


def _steps(table: pd.DataFrame) -> list[dict[str, Any]]:
    """Return the steps as rows for machines: what is unknown or does not apply is null."""
    return [
        {
            name: None if value in (-1, "") or (isinstance(value, float) and math.isnan(value)) else value
            for name, value in ((str(key), cell) for key, cell in row.items())
        }
        | {name: round(float(row[name]), 4) for name in ("day", "time")}
        for row in table.to_dict("records")
    ]
