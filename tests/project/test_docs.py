"""What the documentation says is true: parts made from code are fresh, links lead somewhere, examples run.

Fenced blocks are examples. `yaml NAME` and `csv NAME` write the file NAME; `console` lines are commands (`console
exit=2`: they end so, and the `text` block after it holds lines they print); `python` blocks of a page run one
after another.
"""

import contextlib
import importlib
import io
import re
import shlex
from dataclasses import dataclass
from pathlib import Path

import pandas as pd
import pytest
import refresh
from paths import ROOT

from analysis.claims.pattern_ratios import pattern_rows
from analysis.claims.pattern_table import patterns_markdown
from analysis.cli.command_list import COMMANDS
from analysis.cli.main import main
from analysis.estimation.rates import rates
from analysis.tables.tables import load
from sim import load_scenario, simulate
from sim.market import codes
from sim.records.tables import TABLES
from sim.scenario.scenario import ScenarioError, parameters_table

PAGES = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", ROOT / "CHANGELOG.md", *sorted((ROOT / "docs").glob("*.md"))]
PAGES += sorted((ROOT / "reports").glob("*/README.md"))
NAMES = [page.relative_to(ROOT).as_posix() for page in PAGES]
SLOW = {"docs/researchers.md", "docs/sensitivity.md", "docs/calibration.md", "docs/checks.md", "README.md"}
EXAMPLES = [
    pytest.param(name, marks=pytest.mark.slow) if name in SLOW else name
    for name in NAMES
    if not name.startswith("reports/")  # these say how long simulations were made
]


@dataclass(frozen=True)
class Block:
    """A fenced block: language, the words after it, text, first line."""

    language: str
    info: tuple[str, ...]
    text: str
    line: int


def blocks(page: str) -> list[Block]:
    """Give the fenced blocks of a page, in order."""
    found = []
    for match in re.finditer(r"^```(\S*)[ ]*(.*)\n((?:.*\n)*?)^```$", page, re.MULTILINE):
        line = page.count("\n", 0, match.start()) + 2
        found.append(Block(match[1], tuple(match[2].split()), match[3], line))
    return found


def linked(page: str) -> list[str]:
    """Give what the links and pictures of a page point to."""
    return re.findall(r"\]\(([^)\s]+)\)", re.sub(r"^```.*?^```$", "", page, flags=re.MULTILINE | re.DOTALL))


def anchors(page: str) -> set[str]:
    """Give the names that headings can be linked by, as the usual renderers make them."""
    heads = re.findall(r"^#+ (.+)$", re.sub(r"^```.*?^```$", "", page, flags=re.MULTILINE | re.DOTALL), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", head.lower()).replace(" ", "-") for head in heads}


@pytest.mark.parametrize("name", refresh.MADE)
def test_parts_made_from_code_are_fresh(name: str) -> None:
    page = (ROOT / name).read_text(encoding="utf-8")
    assert page == refresh.refreshed(page, refresh.MADE[name]), f"{name} is stale: python docs/refresh.py"


@pytest.mark.slow
def test_the_reports_that_pages_quote_are_those_of_the_baseline() -> None:
    result = simulate(load_scenario("baseline"), workers=2)
    kept, now = pd.read_csv(ROOT / "reports" / "baseline" / "rates.csv"), rates(result)
    assert now["rate"].tolist() == pytest.approx(kept["rate"].tolist(), rel=1e-6), "make reports/baseline anew"
    patterns = pd.read_csv(ROOT / "reports" / "patterns" / "patterns.csv").set_index("evidence")
    for _, row in pattern_rows(load(result)).iterrows():
        assert row["value"] == pytest.approx(patterns.loc[row["evidence"], "value"], rel=1e-6), (
            "make reports/patterns anew"
        )


def test_every_marked_part_is_made_by_program_and_no_page_quotes_a_measurement_of_its_own() -> None:
    made = {name: {*refresh.MADE.get(name, {}), *refresh.PLANTED.get(name, {})} for name in NAMES}
    for name in NAMES:
        page = (ROOT / name).read_text(encoding="utf-8")
        assert set(re.findall(r"<!-- ([\w ]+): begin", page)) == made[name], name


def test_the_page_of_patterns_is_made_from_the_table_beside_it() -> None:
    folder = ROOT / "reports" / "patterns"
    table = pd.read_csv(folder / "patterns.csv", keep_default_na=False, na_values={"value": [""]})
    assert (folder / "patterns.md").read_text(encoding="utf-8") == patterns_markdown(table)


def test_stale_parts_are_seen_and_missing_markers_named() -> None:
    page, parts = (ROOT / "docs" / "parameters.md").read_text(encoding="utf-8"), refresh.MADE["docs/parameters.md"]
    row = next(line for line in page.splitlines() if line.startswith("| `population.people` |"))
    assert refresh.refreshed(page.replace(row, row + " stale"), parts) == page
    with pytest.raises(ValueError, match="markers of 'parameters' not exactly once"):
        refresh.refreshed(page.replace("<!-- parameters: end -->", ""), parts)


def test_every_parameter_stands_on_its_page_once() -> None:
    page = (ROOT / "docs" / "parameters.md").read_text(encoding="utf-8")
    assert [row.path for row in parameters_table() if page.count(f"| `{row.path}` |") != 1] == []


def test_every_parameter_is_described_on_the_page_of_the_model() -> None:
    page = (ROOT / "docs" / "model.md").read_text(encoding="utf-8")
    of_the_run = {"replications", "seed"}
    leaves = {row.path: row.path.rpartition(".")[2] for row in parameters_table() if row.path not in of_the_run}
    lacking = [path for path, leaf in leaves.items() if not re.search(rf"(?<![a-z_]){leaf}(?![a-z_])", page)]
    assert lacking == [], "say in docs/model.md what it does"


def test_tables_are_documented_as_they_are() -> None:
    page = (ROOT / "docs" / "tables.md").read_text(encoding="utf-8")
    documented = {}
    for match in re.finditer(r"<!-- records: (\w+) -->\n((?:\|.*\n)+)", page):
        lines = [[cell.strip() for cell in line.strip("|").split("|")] for line in match[2].splitlines()[2:]]
        documented[match[1]] = {cells[0]: cells[1] for cells in lines}
    tiny = {"population.people": 100, "time.warm_up": 0, "time.window": 60}
    result = simulate(load_scenario("baseline", overrides=tiny), replications=1, seed=1)
    found = {name: {column: str(kind) for column, kind in getattr(result, name).dtypes.items()} for name in documented}
    assert set(found) == set(TABLES)
    assert documented == found


def test_every_word_in_the_columns_stands_on_the_page_of_tables() -> None:
    page = (ROOT / "docs" / "tables.md").read_text(encoding="utf-8")
    sets = [one for one in vars(codes).values() if isinstance(one, type) and issubclass(one, codes.CodeSet)]
    assert [f"{one.__name__}: {word}" for one in sets for word in one.words if f"`{word}`" not in page] == []


@pytest.mark.parametrize("name", COMMANDS)
def test_the_page_of_a_command_shows_it(name: str) -> None:
    page = (ROOT / COMMANDS[name].page).read_text(encoding="utf-8")
    assert re.search(rf"(?:referralsim|bootstrap\.py) {name}\b", page), f"show {name} in {COMMANDS[name].page}"


@pytest.mark.parametrize("name", NAMES)
def test_functions_named_are_public(name: str) -> None:
    page = (ROOT / name).read_text(encoding="utf-8")
    if name == "CHANGELOG.md":
        # What was importable before is not; what stands beside it is, but for two that stay internal.
        page = "\n".join(line.split("|")[2] for line in page.splitlines() if line.startswith("| `"))
    named = re.findall(r"`(sim|analysis|referralsim)\.(\w+)(?:`|\()", page)
    assert [f"{face}.{one}" for face, one in named if not hasattr(importlib.import_module(face), one)] == []


@pytest.mark.parametrize("name", NAMES)
def test_links_lead_somewhere(name: str) -> None:
    page = (ROOT / name).read_text(encoding="utf-8")
    dead = []
    for target in linked(page):
        if re.match(r"https?://", target):
            continue
        path, _, anchor = target.partition("#")
        file = (ROOT / name).parent / path if path else ROOT / name
        if not file.exists() or (anchor and anchor not in anchors(file.read_text(encoding="utf-8"))):
            dead.append(target)
    assert dead == []


def test_the_index_names_every_page() -> None:
    index = (ROOT / "docs" / "README.md").read_text(encoding="utf-8")
    assert [page.name for page in (ROOT / "docs").glob("*.md") if page.name not in (*linked(index), "README.md")] == []


@pytest.mark.parametrize("name", [name for name in NAMES if name != "CHANGELOG.md"])
def test_files_of_ours_that_are_named_exist(name: str) -> None:
    page = (ROOT / name).read_text(encoding="utf-8")
    named = re.findall(
        r"(?:sim|analysis|tests|docs|benchmarks|scenarios)/[\w./-]*\w\.(?:py|csv|yaml|md|json|j2)\b", page
    )
    assert [
        file for file in named if not (ROOT / file).exists() and not (ROOT / name).parent.joinpath(file).exists()
    ] == []


@pytest.mark.parametrize("name", NAMES)
def test_commands_named_exist(name: str) -> None:
    page = (ROOT / name).read_text(encoding="utf-8")
    named = set(re.findall(r"(?:referralsim|bootstrap\.py) ([a-z]+)", page)) - {"test", "lint"}
    assert named - set(COMMANDS) == set()


@pytest.mark.parametrize("name", NAMES)
def test_yaml_examples_load(name: str, tmp_path: Path) -> None:
    for block in blocks((ROOT / name).read_text(encoding="utf-8")):
        if block.language == "yaml" and "title:" in block.text:
            file = tmp_path / "example.yaml"
            file.write_text(block.text, encoding="utf-8")
            if block.info[1:] == ("refused",):
                with pytest.raises(ScenarioError):
                    load_scenario(file)
            else:
                load_scenario(file)


def test_mistakes_are_answered_as_the_page_for_coaches_says(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    page = (ROOT / "docs" / "coaches.md").read_text(encoding="utf-8")
    rows = page.split("| after `python3 bootstrap.py` | the answer |\n| --- | --- |\n")[1].split("\n\n")[0].splitlines()
    assert len(rows) > 3
    for row in rows:
        command, answer = re.findall(r"`([^`]+)`", row)
        assert answer in run(Block("console", ("exit=2",), f"referralsim {command}\n", 1)).splitlines()


@pytest.mark.parametrize("name", EXAMPLES)
def test_examples_run(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    space: dict[str, object] = {"__name__": "example"}
    wanted: str | None = None
    for block in blocks((ROOT / name).read_text(encoding="utf-8")):
        if block.language in ("yaml", "csv") and block.info:
            Path(block.info[0]).write_text(block.text, encoding="utf-8")
        elif block.language == "python":
            code = compile("\n" * (block.line - 1) + block.text, str(ROOT / name), "exec")
            with contextlib.redirect_stdout(io.StringIO()):
                exec(code, space)
        elif block.language == "console":
            wanted = run(block)
        elif block.language == "text" and wanted is not None:
            missing = [line for line in block.text.splitlines() if line.strip() and line.strip() not in wanted]
            assert missing == [], wanted
            wanted = None


def run(block: Block) -> str:
    """Run the commands of a block and give what they print."""
    code = int(block.info[0].removeprefix("exit=")) if block.info else 0
    out = io.StringIO()
    for line in block.text.splitlines():
        program, *arguments = shlex.split(line, comments=True)
        assert program == "referralsim"
        with contextlib.redirect_stdout(out), contextlib.redirect_stderr(out):
            assert main(arguments) == code, f"{line}\n{out.getvalue()}"
    return out.getvalue()
