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
    out_option,
    quiet_option,
    replications_option,
    results_option,
    seed_option,
    workers_option,
)
from analysis.cli.progress import remark
from analysis.cli.shared import check_writable, one_line, simulate_kept, stopped
from sim.cli import CannotRun, scenario_errors

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
        try:
            hours = float(value)
        except ValueError:
            hours = float("nan")
        if not 0 < hours <= MOST_HOURS:
            raise CannotRun(f"--hours {value}: expected hours a week, more than 0 and at most {MOST_HOURS}, or '{OWN}'")
        return hours


class Weeks(click.ParamType):  # type: ignore[type-arg]  # as above
    """Weeks of search, one of those that are compared."""

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
@results_option("Keep the tables in the folder 'compare' in this one, each scenario in a folder of its own.")
@out_option("Write page, chart and numbers here, in a folder named after what is compared.", default=Path("reports"))
@json_option("Print the sentence, values and differences on standard output as a JSON object.")
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
    """Compare strategies at equal hours of search, and write one page to show to a client.

    A and B are scenarios (names or YAML files), or roles of one, such as eli-ben:eli. A scenario with several roles
    stands for all of them, so one name can be enough; a scenario without a cast stands for all its job seekers. Each is
    compared with the last one.
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
