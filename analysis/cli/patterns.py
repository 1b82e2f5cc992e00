"""`referralsim patterns`."""

from __future__ import annotations

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
    simulate_scenario,
    workers_option,
)
from sim.cli import set_option

if TYPE_CHECKING:
    from analysis.claims.pattern_results import PatternScenario
    from sim.runs.result import Result


@click.command()
@click.option("--replications", type=Whole(1), metavar="N", help="Instead of each scenario's own number.")
@click.option("--seed", type=Whole(0), metavar="N", help="Instead of each scenario's own seed.")
@workers_option
@click.option("--only", metavar="P1,P5", help="These rows only.")
@set_option
@results_option("Folder in which the tables are kept.")
@click.option(
    "--out",
    type=click.Path(path_type=Path),
    metavar="DIR",
    help="Write patterns.csv and patterns.md there, in a folder named patterns, such as reports.",
)
@json_option("Print a JSON list of rows.")
@quiet_option
def patterns(
    only: str | None, overrides: dict[str, str], out: Path | None, as_json: bool, quiet: bool, **asked: Any
) -> None:
    """Measure the published patterns P1 to P12, each with its publication's own denominator.

    Nothing in the model is tuned on them. What fails stays; the notes say what was tried.
    """
    from analysis.claims import pattern_table

    wanted = pattern_table.chosen(only)
    if out is not None:
        check_writable(out)

    def run(setting: PatternScenario) -> Result:
        return simulate_scenario(
            "patterns",
            quiet=quiet,
            scenario=setting.scenario,
            overrides={**dict(setting.overrides), **overrides},
            **asked,
        )

    table = pattern_table.patterns_table(list(pattern_table.measure_patterns(run, wanted)))
    if as_json:
        click.echo(table.to_json(orient="records", indent=1, force_ascii=False))
    else:
        click.echo(pattern_table.patterns_text(table))
    if out is None:
        return
    with one_line():
        folder = out / "patterns"
        folder.mkdir(parents=True, exist_ok=True)
        table.to_csv(folder / "patterns.csv", index=False)
        (folder / "patterns.md").write_text(pattern_table.patterns_markdown(table), encoding="utf-8")
    remark(f"Written: {folder / 'patterns.csv'} and patterns.md beside it", quiet=quiet)
