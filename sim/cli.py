"""Commands about scenarios: list them, show one in full, list parameters, print the schema.

Until a command runs, only click is imported.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import IO, Any

import click

from sim.terminal import say, say_error, say_json, say_yaml


class CannotRun(click.ClickException):
    """An error that the user can fix, printed as one plain line for editors and scripts; exit code 2."""

    exit_code = 2

    def show(self, file: IO[Any] | None = None) -> None:  # noqa: ARG002
        """Print the message without a prefix."""
        say_error(self.format_message())


@contextmanager
def scenario_errors() -> Iterator[None]:
    """Turn a ``ScenarioError`` into one line on standard error and exit code 2."""
    from sim.errors import ScenarioError

    try:
        yield
    except ScenarioError as error:
        raise CannotRun(error.as_typed()) from None


def read_overrides(_context: click.Context, _parameter: click.Parameter, texts: tuple[str, ...]) -> dict[str, str]:
    """Read ``PATH=VALUE`` texts; a callback for ``--set``."""
    overrides: dict[str, str] = {}
    for text in texts:
        path, equals, value = text.partition("=")
        path = path.strip()
        if not equals or not path:
            raise CannotRun(f"--set {text}: expected PATH=VALUE, such as population.people=5000")
        if path in overrides:
            raise CannotRun(f"--set {path}: given twice")
        overrides[path] = value.strip()
    return overrides


# For every command that loads a scenario.
set_option = click.option(
    "--set",
    "overrides",
    metavar="PATH=VALUE",
    multiple=True,
    callback=read_overrides,
    help="Set a parameter, with or without its unit: --set time.window='12 weeks'. May be repeated.",
)


@click.command()
@click.option("--json", "as_json", is_flag=True, help="Print a JSON list with name, title, story and path.")
def scenarios(as_json: bool) -> None:
    """List the scenarios that come with the program."""
    from sim.scenario.scenario import load_scenario, shipped_scenarios

    with scenario_errors():
        shipped = [(path, load_scenario(name)) for name, path in shipped_scenarios().items()]
    if as_json:
        rows = [
            {"name": scenario.name, "title": scenario.title, "story": scenario.story, "path": str(path)}
            for path, scenario in shipped
        ]
        say_json(rows, indent=2)
        return
    width = max((len(scenario.name) for _, scenario in shipped), default=0)
    for _, scenario in shipped:
        say(f"{scenario.name:{width}}  {' '.join(scenario.title.split())}")


@click.command()
@click.argument("scenario")
@set_option
def show(scenario: str, overrides: dict[str, str]) -> None:
    """Print SCENARIO (a name or a YAML file) as YAML with every default written out."""
    from sim.scenario.scenario import load_scenario

    with scenario_errors():
        resolved = load_scenario(scenario, overrides)
    say_yaml(resolved.to_yaml())


@click.command()
def schema() -> None:
    """Print the JSON Schema of scenario files, for editors that complete and check them."""
    from sim.scenario.json_schema import scenario_schema

    say_json(scenario_schema(), indent=2)


@click.command()
@click.argument("words", metavar="[FILTER]...", nargs=-1)
@click.option("--markdown", "form", flag_value="markdown", help="Print Markdown tables, as in docs/parameters.md.")
@click.option("--json", "form", flag_value="json", help="Print a JSON list with one object for each parameter.")
def parameters(words: tuple[str, ...], form: str | None) -> None:
    """List the parameters: default, unit, bounds, meaning and source.

    FILTER is part of a path (screening, half_life, signals.resume) or a word of the meaning.
    """
    from sim.scenario import parameter_listing

    with scenario_errors():
        table = parameter_listing.find_parameters(" ".join(words))
    if form == "json":
        say_json(parameter_listing.rows(table), indent=2)
    elif form == "markdown":
        say(parameter_listing.as_markdown(table), nl=False)
    else:
        say(parameter_listing.as_text(table), nl=False)
