"""Commands that simulate a scenario: print its rates, publish its report.

Nothing but click is imported until a command runs.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from analysis.running import CannotRun as CannotRun
from analysis.running import Whole as Whole
from analysis.running import check_writable, one_line, remark, simulate_kept, stopped
from sim.cli import scenario_errors, set_option

if TYPE_CHECKING:
    from analysis.patterns import Setting
    from analysis.summary import Summary
    from sim import Scenario
    from sim.run import Result

Command = TypeVar("Command", bound=Callable[..., Any])


def run_options(command: Command) -> Command:
    """Add what every command that simulates takes."""
    options = [
        click.argument("scenario"),
        set_option,
        click.option("--replications", type=Whole(1), metavar="N", help="Instead of the scenario's own number."),
        click.option("--seed", type=Whole(0), metavar="N", help="Instead of the scenario's own seed."),
        click.option(
            "--workers", type=Whole(1), metavar="N", help="Processes to share the work.  [default: all cores]"
        ),
        click.option(
            "--results",
            type=click.Path(path_type=Path),
            default=Path("results"),
            show_default=True,
            metavar="DIR",
            help="Folder in which the tables are kept, in a folder named like the scenario; with --set, "
            "'~' and 8 digits that stand for the values follow the name.",
        ),
        click.option(
            "--json", "as_json", is_flag=True, help="Print the rates on standard output as a JSON list of rows."
        ),
        click.option("--quiet", is_flag=True, help="No progress and no remarks on standard error."),
    ]
    for option in reversed(options):
        command = option(command)
    return command


@click.command()
@run_options
def run(as_json: bool, quiet: bool, **asked: Any) -> None:
    """Simulate SCENARIO (a name or a YAML file) and print its rates.

    Finished replications are kept; the same command after an interruption goes on where it stopped.
    """
    result = _simulate("run", quiet=quiet, **asked)
    with one_line():
        from analysis.summary import summarise

        summary = summarise(result)
    _print(summary, as_json=as_json, quiet=quiet)
    remark(f"Tables: {result.folder}", quiet=quiet)


@click.command()
@run_options
@click.option(
    "--out",
    type=click.Path(path_type=Path),
    default=Path("reports"),
    show_default=True,
    metavar="DIR",
    help="Folder in which the report is written, in a folder named as under --results.",
)
def report(out: Path, as_json: bool, quiet: bool, **asked: Any) -> None:
    """Simulate SCENARIO, fit and draw, and write a page with its charts and numbers."""
    check_writable(out)
    result = _simulate("report", quiet=quiet, **asked)
    with (
        one_line(),
        stopped("Stopped; the tables are kept and nothing was published. The same command goes on from there."),
    ):
        from analysis.findings import find
        from analysis.report import publish
        from analysis.summary import summarise

        summary = summarise(result)
        findings = find(summary, lambda what: remark(f"{what} ...", quiet=quiet))
        remark("drawing the charts ...", quiet=quiet)
        name = _folder_name(result.scenario, asked["overrides"])
        published = publish(findings, out / name, overrides=asked["overrides"])
    _print(summary, as_json=as_json, quiet=quiet)
    click.echo(
        f"\n{published.sentence}\n"
        f"Report: {published.folder / 'report.html'} and {len(published.files) - 1} files beside it",
        err=as_json,
    )


@click.command()
@click.option("--replications", type=Whole(1), metavar="N", help="Instead of each scenario's own number.")
@click.option("--seed", type=Whole(0), metavar="N", help="Instead of each scenario's own seed.")
@click.option("--workers", type=Whole(1), metavar="N", help="Processes to share the work.  [default: all cores]")
@click.option("--only", metavar="P1,P5", help="These rows only.")
@set_option
@click.option(
    "--results",
    type=click.Path(path_type=Path),
    default=Path("results"),
    show_default=True,
    metavar="DIR",
    help="Folder in which the tables are kept.",
)
@click.option(
    "--out",
    type=click.Path(path_type=Path),
    metavar="DIR",
    help="Write patterns.csv and patterns.md there, in a folder named patterns, such as reports.",
)
@click.option("--json", "as_json", is_flag=True, help="Print a JSON list of rows.")
@click.option("--quiet", is_flag=True, help="No progress and no remarks on standard error.")
def patterns(
    only: str | None, overrides: dict[str, str], out: Path | None, as_json: bool, quiet: bool, **asked: Any
) -> None:
    """Measure the published patterns P1 to P12, each with its publication's own denominator.

    Nothing in the model is tuned on them. A miss stays a miss; the notes say what was tried.
    """
    from analysis import pattern_table as rows

    wanted = rows.chosen(only)
    if out is not None:
        check_writable(out)

    def run(setting: Setting) -> Result:
        return _simulate(
            "patterns",
            quiet=quiet,
            scenario=setting.scenario,
            overrides={**dict(setting.overrides), **overrides},
            **asked,
        )

    table = rows.patterns_table(list(rows.measure_patterns(run, wanted)))
    if as_json:
        click.echo(table.to_json(orient="records", indent=1, force_ascii=False))
    else:
        click.echo(rows.patterns_text(table))
    if out is None:
        return
    with one_line():
        folder = out / "patterns"
        folder.mkdir(parents=True, exist_ok=True)
        table.to_csv(folder / "patterns.csv", index=False)
        (folder / "patterns.md").write_text(rows.patterns_markdown(table), encoding="utf-8")
    remark(f"Written: {folder / 'patterns.csv'} and patterns.md beside it", quiet=quiet)


def _simulate(
    command: str,
    *,
    quiet: bool,
    scenario: str,
    overrides: dict[str, str],
    replications: int | None,
    seed: int | None,
    workers: int | None,
    results: Path,
) -> Result:
    """Load and run a scenario, its tables kept under `results`."""
    with scenario_errors():
        from sim import load_scenario

        loaded = load_scenario(scenario, overrides)
        name = _folder_name(loaded, overrides)
    folder = results / name
    check_writable(folder)
    if name != loaded.name:
        remark(f"With --set the folder is called {name}; --set name=... chooses another name.", quiet=quiet)
    return simulate_kept(command, loaded, folder, quiet=quiet, replications=replications, seed=seed, workers=workers)


def _folder_name(scenario: Scenario, overrides: Mapping[str, str]) -> str:
    """Name the folder of a run: its scenario's name, and other values than the file's a folder of their own."""
    if not overrides or "name" in overrides:
        return scenario.name
    return f"{scenario.name}~{scenario.digest[:8]}"


def _print(summary: Summary, *, as_json: bool, quiet: bool) -> None:
    """Print rates and claims: for people on standard output, or rows for machines with the claims beside them."""
    from analysis.cast import cast_text
    from analysis.summary import claims_text, json_rows, rates_text

    if as_json:
        click.echo(json.dumps(json_rows(summary), indent=1, ensure_ascii=False))
        remark(claims_text(summary), quiet=quiet)
        return
    scenario, manifest = summary.scenario, summary.manifest
    click.echo(f"{scenario.name}: {scenario.title or 'no title'}")
    click.echo(
        f"{manifest['replications']} replications, seed {manifest['seed']}, {scenario.population.people:,} people\n"
    )
    parts = (rates_text(summary), cast_text(summary.cast), claims_text(summary))
    click.echo("\n\n".join(part for part in parts if part))
