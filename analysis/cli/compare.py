"""`referralsim compare`."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from analysis.cli.options import (
    json_option,
    keep_tables_option,
    out_option,
    quiet_option,
    replications_option,
    results_option,
    seed_option,
    workers_option,
)
from analysis.cli.progress import remark
from analysis.cli.shared import check_writable, cores, telling_of_runs
from sim.cli import CannotRun
from sim.terminal import say, say_json

if TYPE_CHECKING:
    from analysis.comparison.comparison import Comparison

OWN = "own"
MOST_HOURS = 100


class Hours(click.ParamType):  # type: ignore[type-arg]  # generic in some releases of click only
    """Hours a week, or ``own``."""

    name = "hours"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> float | str:  # noqa: ARG002
        """Read the hours, or ``own``."""
        if value == OWN:
            return OWN
        from sim.scenario.units import UnitError, parse_quantity

        unit = "hours per week" if re.search("per|/", str(value)) else "hours"
        try:
            hours = parse_quantity(str(value), unit)
        except UnitError:
            hours = float("nan")
        if not 0 < hours <= MOST_HOURS:
            raise CannotRun(f"--hours {value}: expected hours a week, more than 0 and at most {MOST_HOURS}, or '{OWN}'")
        return hours


class Weeks(click.ParamType):  # type: ignore[type-arg]  # as above
    """Weeks of search, one of those that are compared."""

    name = "weeks"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> int:  # noqa: ARG002
        """Read the number."""
        from sim.scenario.units import UnitError, parse_quantity

        text = str(value).strip()
        try:
            weeks = float(text) if text.isdecimal() else parse_quantity(text, "days") / 7
        except UnitError:
            weeks = float("nan")
        if weeks not in (4, 8, 12, 26):
            raise CannotRun(f"--weeks {value}: expected 4, 8, 12 or 26 (weeks)")
        return int(weeks)


@click.command()
@click.argument("names", nargs=-1, metavar="A [B]...")
@click.option(
    "--hours",
    type=Hours(),
    metavar="N",
    help="Hours of search a week for everyone, or 'own' to leave each scenario its own.  "
    "[default: those of the first, where they differ]",
)
@click.option(
    "--weeks",
    type=Weeks(),
    default=12,
    show_default=True,
    metavar="N",
    help="Weeks of search that the first sentence speaks of: 4, 8, 12 or 26.",
)
@replications_option(
    "Replications of each scenario.  [default: 20, or more where one of them asks for more]", minimum=2
)
@seed_option("Seed for all.  [default: that of the first]")
@workers_option
@results_option("Keep the tables in the folder 'compare' in this one until the page is written, one folder a scenario.")
@out_option("Write page, chart and numbers here, in a folder named after what is compared.", default=Path("reports"))
@keep_tables_option
@json_option("Print the sentence, values and differences on standard output as a JSON object.")
@quiet_option
def compare(
    names: tuple[str, ...],
    hours: float | str | None,
    weeks: int,
    workers: int | None,
    results: Path,
    out: Path,
    keep_tables: bool,
    as_json: bool,
    quiet: bool,
    **asked: Any,
) -> None:
    """Compare strategies at equal hours of search, and write one page to show to a client.

    A and B are scenarios (names or YAML files), or roles of one, such as eli-ben:eli. A scenario with several roles
    stands for all of them, so one name can be enough; a scenario without a cast stands for all its job seekers. Each is
    compared with the last one.
    """
    folder = out / folder_name(names, hours, weeks)
    # Apart from the tables of other commands: with fewer replications these would not all be kept.
    tables = results / "compare"
    for place in (folder, tables):
        check_writable(place)
    with telling_of_runs("compare", quiet=quiet, publishes=True) as runs:
        from analysis.commands.runs import compare as compare_scenarios
        from analysis.comparison.page import PAGE
        from analysis.comparison.sentences import hours_text
        from analysis.comparison.terminal import text

        comparison = compare_scenarios(
            names,
            hours=hours,
            weeks=weeks,
            workers=workers or cores(),
            folder=tables,
            page=folder,
            begins=runs.begins,
            progress=runs,
            told=runs.told,
            **asked,
        )
        if not keep_tables:
            runs.drop_tables()
    if as_json:
        say_json(_json(comparison, weeks))
        remark(hours_text(comparison), quiet=quiet)
    else:
        say(text(comparison, weeks))
    say(f"\nPage: {folder / PAGE} and {len(comparison.files) - 1} files beside it", err=as_json)


def folder_name(names: Sequence[str], hours: float | str | None, weeks: int) -> str:
    """Name the folder of a comparison after what is compared and how."""
    short = [re.sub(r"\.ya?ml(?=:|$)", "", Path(name).name.lower()) for name in names]
    parts = [re.sub(r"[^a-z0-9._-]+", "-", name).strip("-.") for name in short]
    parts += [] if hours is None else [f"{hours:g}-hours" if isinstance(hours, float) else f"{hours}-hours"]
    parts += [] if weeks == 12 else [f"{weeks}-weeks"]
    whole = "-".join(["compare", *(part or "x" for part in parts)])
    if len(whole) <= 100:
        return whole
    return f"{whole[:80].rstrip('-.')}-{hashlib.sha256(whole.encode()).hexdigest()[:8]}"


def _json(comparison: Comparison, weeks: int) -> dict[str, Any]:
    """Return what machines read; what is not known is null."""
    from analysis.comparison.headline import sentence
    from analysis.comparison.sentences import hours_text

    tables = {
        "values": comparison.outcomes,
        "differences": comparison.differences,
        "parts": comparison.parts,
        "crossed": comparison.crossed,
    }
    return {
        "sentence": sentence(comparison, weeks),
        "hours": hours_text(comparison),
        "seed": comparison.seed,
        "replications": comparison.replications,
        "level": comparison.level,
        **{name: json.loads(table.to_json(orient="records", double_precision=15)) for name, table in tables.items()},
    }
