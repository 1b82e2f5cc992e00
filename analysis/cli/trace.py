"""`referralsim trace`."""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from analysis.cli.options import Whole, json_option, out_option, seed_option
from sim.cli import CannotRun, scenario_errors, set_option

if TYPE_CHECKING:
    import pandas as pd

    from analysis.tracing.trace import Trace


@click.command()
@click.argument("scenario")
@click.option(
    "--person", type=Whole(0), metavar="N", help="Number of the person.  [default: someone with a referral to show]"
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
    if out is not None and out.exists() and not out.is_dir():
        raise CannotRun(f"{out}: is not a folder, so the page cannot be written there")
    with scenario_errors():
        from analysis.commands.runs import trace as trace_person

        told = trace_person(scenario, person=person, role=role, replication=replication, seed=seed, overrides=overrides)
    if as_json:
        click.echo(json.dumps(_as_json(told), indent=1, ensure_ascii=False))
    else:
        loaded = told.result.scenario
        click.echo(f"{loaded.name}: {loaded.title or 'no title'}")
        click.echo(f"Replication {replication}, seed {told.result.seed}. Chosen: {told.why}.\n\n{told.introduction}\n")
        click.echo("\n".join(told.lines(every=every)))
    if out is not None:
        from analysis.tracing.page import publish

        try:
            files = publish(told.result, told.steps, told.person, replication, told.why, out, every=every)
        except OSError as problem:
            raise CannotRun(f"{problem.filename or out}: {problem.strerror or problem}") from None
        click.echo(f"\nPage: {out / files[0]} and {len(files) - 1} files beside it", err=as_json)


def _as_json(told: Trace) -> dict[str, Any]:
    """Return the story for machines."""
    return {
        "scenario": told.result.scenario.name,
        "seed": told.result.seed,
        "replication": told.replication,
        "person": told.person,
        "chosen": told.why,
        "introduction": told.introduction,
        "steps": _steps(told.steps),
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
