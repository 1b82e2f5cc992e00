"""The command that compares strategies.

Nothing but click is imported until it runs.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from analysis.cli.shared import (
    Whole,
    check_writable,
    json_option,
    one_line,
    quiet_option,
    remark,
    results_option,
    simulate_kept,
    stopped,
    workers_option,
)
from sim.cli import CannotRun, scenario_errors

if TYPE_CHECKING:
    from analysis.comparison.comparison import Comparison

OWN = "own"
MOST_HOURS = 100


class Hours(click.ParamType):  # type: ignore[type-arg]  # generic in some releases of click only
    """Hours a week, or the word that leaves each its own."""

    name = "hours"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> float | str:  # noqa: ARG002
        """Read the number or the word."""
        if value == OWN:
            return OWN
        try:
            found = float(value)
        except ValueError:
            found = float("nan")
        if not 0 < found <= MOST_HOURS:
            raise CannotRun(f"--hours {value}: expected hours a week, more than 0 and at most {MOST_HOURS}, or '{OWN}'")
        return found


class Weeks(click.ParamType):  # type: ignore[type-arg]  # as above
    """One of the spans of search that are compared."""

    name = "weeks"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> int:  # noqa: ARG002
        """Read the number."""
        if str(value) not in ("4", "8", "12", "26"):
            raise CannotRun(f"--weeks {value}: expected 4, 8, 12 or 26")
        return int(value)


@click.command()
@click.argument("names", nargs=-1, metavar="A [B]...")
@click.option(
    "--hours",
    type=Hours(),
    metavar="N",
    help="Hours a week of search for all, or 'own' to leave each its own.  "
    "[default: where they differ, those of the first]",
)
@click.option(
    "--weeks",
    type=Weeks(),
    default=12,
    show_default=True,
    metavar="N",
    help="Weeks of search that the first sentence is about: 4, 8, 12 or 26.",
)
@click.option(
    "--replications",
    type=Whole(2),
    metavar="N",
    help="For all.  [default: 20, or more where one of them asks for more]",
)
@click.option("--seed", type=Whole(0), metavar="N", help="For all.  [default: that of the first]")
@workers_option
@results_option("Folder in which the tables are kept, in compare, each scenario in a folder of its own.")
@click.option(
    "--out",
    type=click.Path(path_type=Path),
    default=Path("reports"),
    show_default=True,
    metavar="DIR",
    help="Folder in which page, chart and numbers are written, in a folder named after what is compared.",
)
@json_option("Print sentence, values and differences as a JSON object.")
@quiet_option
def compare(
    names: tuple[str, ...],
    hours: float | str | None,
    weeks: int,
    replications: int | None,
    seed: int | None,
    workers: int | None,
    results: Path,
    out: Path,
    as_json: bool,
    quiet: bool,
) -> None:
    """Compare strategies at equal hours, and write one page that a client can be shown.

    A and B are scenarios (names or YAML files) or people of one, such as eli-ben:eli. A scenario with several roles
    stands for all of them, so that one name can be enough; one without a cast stands for all who look for work in it.
    The others are compared with the last.
    """
    with scenario_errors():
        from analysis.comparison.arms import arms_of
        from analysis.comparison.comparison import agreed, compared, folders, scenarios
        from analysis.comparison.page import PAGE, publish
        from analysis.comparison.sentences import hours_text, text

        arms = arms_of(names, hours)
        replications, seed = agreed(arms, replications, seed)
        places = folders(arms)
    folder = out / folder_name(names, hours, weeks)
    # Apart from the tables of other commands: with fewer replications these would not all be kept.
    kept = {digest: results / "compare" / name for digest, name in places.items()}
    for place in (folder, *kept.values()):
        check_writable(place)
    runs = {}
    for digest, scenario in scenarios(arms).items():
        runs[digest] = simulate_kept(
            "compare",
            scenario,
            kept[digest],
            quiet=quiet,
            replications=replications,
            seed=seed,
            workers=workers,
        )
    with (
        one_line(),
        stopped("Stopped; the tables are kept and nothing was published. The same command goes on from there."),
    ):
        remark("comparing and drawing ...", quiet=quiet)
        comparison = compared(arms, runs)
        files = publish(comparison, folder, weeks=weeks, names=names)
    if as_json:
        click.echo(json.dumps(_json(comparison, weeks), indent=1, ensure_ascii=False))
        remark(hours_text(comparison), quiet=quiet)
    else:
        click.echo(text(comparison, weeks))
    click.echo(f"\nPage: {folder / PAGE} and {len(files) - 1} files beside it", err=as_json)


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
    from analysis.comparison.sentences import hours_text, sentence

    tables = {"values": comparison.outcomes, "differences": comparison.differences}
    return {
        "sentence": sentence(comparison, weeks),
        "hours": hours_text(comparison),
        "seed": comparison.seed,
        "replications": comparison.replications,
        "level": comparison.level,
        **{name: json.loads(table.to_json(orient="records", double_precision=15)) for name, table in tables.items()},
    }
