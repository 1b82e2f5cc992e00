"""The directions in which the rooms may know each other, read from the syntax tree."""

import ast
import json
from collections.abc import Iterable, Iterator, Mapping

import pytest
from other_processes import printed
from paths import ROOT

FILES = [
    path.relative_to(ROOT).as_posix() for room in ("sim", "analysis") for path in sorted((ROOT / room).rglob("*.py"))
]
TABLES_LEAVE = {"sim/runs/result.py"}
TOUCH_YAML = {"sim/scenario/yaml_reader.py"}
TOUCH_CLOCK = {
    "sim/market/market.py",
    "sim/market/inbox.py",
    "sim/processes/clock.py",
    "sim/processes/desk.py",
    "sim/processes/hiring.py",
}
HEAVY = {"numpy", "pandas", "scipy", "statsmodels", "matplotlib", "seaborn", "pyarrow", "simpy", "igraph"}
NOT_IN_SIM = {"analysis", "referralsim", "statsmodels", "seaborn", "matplotlib"}
LINES = 400
# Tables of declarations may be longer.
DECLARATIONS = {"sim/scenario/parameters.py", "sim/scenario/quantities.py"}
FUNCTION_LINES = 60

# Which rooms a room may import from, lowest room first. A room is a folder of the package, or a file that stands
# beside the folders. Imports for types only and imports inside functions count. A new arrow is added here, in the
# same commit, with the reason; one that points down this list makes a circle and is refused.
ARROWS: dict[str, dict[str, set[str]]] = {
    "sim": {
        "errors": set(),
        "arguments": {"errors"},  # of public functions: both faces check them
        "streams": set(),
        "arrays": set(),
        "files": set(),
        "file_kinds": set(),  # what a file is that a user hands over
        "own_files": {"errors", "files"},  # folders in which only what the program wrote is removed or replaced
        "program": set(),  # the digest of the program's own files
        "terminal": {"errors"},  # what commands print
        "display": set(),  # how results show at a prompt and in a notebook
        "mechanisms": {"arrays"},
        "scenario": {"errors", "arguments", "display", "file_kinds"},
        # Networks are read from users' files, and written for them.
        "market": {"errors", "streams", "arrays", "files", "file_kinds", "display", "mechanisms", "scenario"},
        "records": {"arrays", "scenario", "market"},
        "processes": {"streams", "arrays", "mechanisms", "scenario", "market", "records"},
        "runs": {"errors", "files", "own_files", "program", "display", "scenario", "market", "records", "processes"},
        "store": {"files", "program"},
        "experiments": {
            "errors",
            "arguments",
            "display",
            "file_kinds",
            "program",
            "streams",
            "scenario",
            "runs",
            "store",
        },
        "cli": {"errors", "terminal", "scenario"},
    },
    "analysis": {
        "errors": set(),
        "presentation": set(),  # how things look: every room that shows something uses it, it uses none
        "tables": {"errors"},
        "estimation": {"errors", "tables"},
        "quantities": {"errors", "tables", "estimation"},
        # Claims have sentences, too: reports, checks and tests say them in the same words.
        "claims": {"errors", "tables", "estimation", "quantities", "presentation"},
        "sweeps": {"errors", "quantities", "presentation"},
        # A calibration file names tables of observed applications and takes targets from their rates; verdicts on
        # targets are those on claims.
        "calibration": {"errors", "tables", "estimation", "quantities", "claims", "sweeps", "presentation"},
        "sensitivity_analysis": {"errors", "tables", "estimation", "quantities", "presentation"},
        "tracing": {"errors", "presentation"},
        "reporting": {"errors", "tables", "estimation", "quantities", "claims", "presentation"},
        "comparison": {"errors", "tables", "estimation", "quantities", "claims", "presentation"},
        "checks": {"errors", "tables", "quantities", "claims", "presentation"},
        # Assertions judge claims and single quantities, not only what a check compares.
        "testing": {"errors", "tables", "quantities", "claims", "checks", "presentation"},
        # The functions of the commands' names: each opens one room.
        "commands": {
            "errors",
            "claims",
            "sweeps",
            "calibration",
            "sensitivity_analysis",
            "tracing",
            "reporting",
            "comparison",
            "checks",
        },
        "cli": {
            "errors",
            "commands",
            "quantities",
            "claims",
            "presentation",
            "sweeps",
            "calibration",
            "sensitivity_analysis",
            "tracing",
            "reporting",
            "comparison",
            "checks",
        },
    },
}


def imports(tree: ast.AST) -> Iterator[str]:
    """Give all that is imported anywhere in it; ``from numpy import random`` gives ``numpy.random``."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield from (f"{'.' * node.level}{node.module or ''}.{alias.name}" for alias in node.names)


def at_import(tree: ast.Module) -> Iterator[str]:
    """Give what is imported as soon as the file is: everything outside functions and ``if TYPE_CHECKING``."""
    waiting: list[ast.AST] = list(tree.body)
    while waiting:
        node = waiting.pop()
        if isinstance(node, (ast.Import, ast.ImportFrom)):
            yield from imports(node)
        elif not isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)) and not (
            isinstance(node, ast.If) and "TYPE_CHECKING" in ast.unparse(node.test)
        ):
            waiting.extend(ast.iter_child_nodes(node))


def own_randomness(tree: ast.AST) -> Iterator[str]:
    """Give each reach for randomness outside the streams; ``np.random.Generator`` is but a stream's type."""
    for name in imports(tree):
        if name.split(".")[0] in {"random", "secrets"} or (
            name.startswith("numpy.random") and name != "numpy.random.Generator"
        ):
            yield name
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute) and ast.unparse(node.value) in {"np.random", "numpy.random"}:
            yield from [ast.unparse(node)] if node.attr != "Generator" else []


def faults(file: str, source: str) -> Iterator[str]:
    """Give every way in which ``source``, standing in ``file``, breaks the plan of the house."""
    tree, inside = ast.parse(source), file.startswith("sim/")
    rooms = {name.split(".")[0] for name in imports(tree)}
    if inside:
        yield from (f"sim imports {room}" for room in sorted(rooms & NOT_IN_SIM))
        early = {name.split(".")[0] for name in at_import(tree)}
        if "pandas" in rooms and (file not in TABLES_LEAVE or "pandas" in early):
            yield "pandas belongs inside functions where tables leave"
    if "ruamel" in rooms and file not in TOUCH_YAML:
        yield "only the loader touches YAML"
    if "simpy" in rooms and file not in TOUCH_CLOCK:
        yield "only market and processes touch SimPy"
    if file != "sim/streams.py":
        yield from (f"randomness outside the streams: {name}" for name in own_randomness(tree))
    if any(name.startswith(".") for name in imports(tree)):
        yield "a relative import hides which room is entered"
    if file.startswith("sim/records/"):
        yield from (f"records only read the market: {change}" for change in changes_to_the_market(tree))
    if source.count("\n") > LINES and file not in DECLARATIONS:
        yield f"{source.count(chr(10))} lines; split it at {LINES}"
    for function, lines in lengths(tree):
        if lines > FUNCTION_LINES:
            yield f"{function} has {lines} lines without its docstring; split it at {FUNCTION_LINES}"


def lengths(tree: ast.AST) -> Iterator[tuple[str, int]]:
    """Give each function and its number of lines, from `def` to its end, without its docstring."""
    for node in ast.walk(tree):
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
            first = node.body[0]
            said = first.end_lineno - first.lineno + 1 if ast.get_docstring(node) is not None else 0
            yield node.name, node.end_lineno - node.lineno + 1 - said


def changes_to_the_market(tree: ast.AST) -> Iterator[str]:
    """Give what is written into, or added to, anything that is reached from a name `market`."""
    for node in ast.walk(tree):
        targets: list[ast.expr] = []
        if isinstance(node, ast.Assign):
            targets = node.targets
        elif isinstance(node, (ast.AugAssign, ast.AnnAssign)):
            targets = [node.target]
        elif (
            isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in {"add", "extend"}
        ):
            targets = [node.func]
        for target in targets:
            name = ast.unparse(target)
            if name.startswith(("market.", "self.market.", "market[")):
                yield name


def entered(sources: Mapping[str, str]) -> dict[str, set[str]]:
    """Give for each file the other files of `sources` that it imports, wherever in it the import stands."""
    found: dict[str, set[str]] = {}
    for file, source in sources.items():
        homes = {home_of(name, sources) for name in imports(ast.parse(source))}
        found[file] = {home for home in homes if home not in ("", file)}
    return found


def home_of(name: str, files: Iterable[str]) -> str:
    """Give the file that a dotted name is imported from; "" for what is not among `files`."""
    parts, there = name.split("."), set(files)
    for length in range(len(parts), 0, -1):
        path = "/".join(parts[:length])
        for file in (f"{path}.py", f"{path}/__init__.py"):
            if file in there:
                return file
    return ""


def room_of(file: str) -> str:
    """Give the room that a file belongs to: its folder in the package, or its own name where it stands beside them."""
    return file.split("/")[1].removesuffix(".py")


def new_arrows(package: str, edges: Mapping[str, set[str]], allowed: Mapping[str, set[str]]) -> Iterator[str]:
    """Give every import between two rooms of a package that the table does not allow."""
    for file, homes in sorted(edges.items()):
        for home in sorted(homes):
            inside = file.startswith(f"{package}/") and home.startswith(f"{package}/")
            start, end = room_of(file), room_of(home)
            if inside and start != end and "__init__" not in (start, end) and end not in allowed.get(start, set()):
                yield f"{file} imports {home}: no arrow from {start} to {end} in ARROWS"


def circles(edges: Mapping[str, set[str]]) -> list[list[str]]:
    """Give the groups of files, or rooms, that import each other, directly or through others."""

    def reached(start: str) -> set[str]:
        seen: set[str] = set()
        waiting = [start]
        while waiting:
            fresh = edges.get(waiting.pop(), set()) - seen
            seen |= fresh
            waiting += fresh
        return seen

    ahead = {name: reached(name) for name in edges}
    groups = {frozenset({name, *(other for other in ahead[name] if name in ahead.get(other, set()))}) for name in edges}
    return sorted(sorted(group) for group in groups if len(group) > 1)


SOURCES = {file: (ROOT / file).read_text(encoding="utf-8") for file in FILES}


@pytest.mark.parametrize("package", ARROWS)
def test_rooms_import_only_what_the_table_allows(package: str) -> None:
    assert list(new_arrows(package, entered(SOURCES), ARROWS[package])) == []


@pytest.mark.parametrize("package", ARROWS)
def test_every_room_stands_in_the_table(package: str) -> None:
    rooms = {room_of(file) for file in FILES if file.startswith(f"{package}/")} - {"__init__"}
    assert rooms == set(ARROWS[package])


@pytest.mark.parametrize("package", ARROWS)
def test_arrows_of_the_table_point_one_way(package: str) -> None:
    """Each room may know only those above it in the table, so that no table can allow a circle of rooms."""
    order = list(ARROWS[package])
    for place, room in enumerate(order):
        assert ARROWS[package][room] <= set(order[:place]), room


@pytest.mark.parametrize("package", ARROWS)
def test_no_files_import_each_other(package: str) -> None:
    inside = {file: text for file, text in SOURCES.items() if file.startswith(f"{package}/")}
    assert circles(entered(inside)) == []


def test_a_new_arrow_and_a_circle_are_seen() -> None:
    sources = {
        "analysis/tables/tables.py": "if TYPE_CHECKING:\n    from analysis.estimation.rates import rates",
        "analysis/estimation/rates.py": "def f():\n    import analysis.tables.tables",
        "analysis/errors.py": "",
    }
    edges = entered(sources)
    assert list(new_arrows("analysis", edges, ARROWS["analysis"])) == [
        "analysis/tables/tables.py imports analysis/estimation/rates.py: no arrow from tables to estimation in ARROWS"
    ]
    assert circles(edges) == [["analysis/estimation/rates.py", "analysis/tables/tables.py"]]


@pytest.mark.parametrize("file", FILES)
def test_every_file_keeps_to_the_plan(file: str) -> None:
    assert list(faults(file, SOURCES[file])) == []


@pytest.mark.parametrize(
    ("file", "source"),
    [
        ("sim/market/market.py", "from analysis import rates"),
        ("sim/market/market.py", "def f():\n    import statsmodels.api as sm"),
        ("sim/runs/result.py", "import pandas as pd"),
        ("sim/runs/result.py", "class Table:\n    from pandas import DataFrame"),
        ("sim/market/market.py", "def f():\n    import pandas"),
        ("sim/market/market.py", "import ruamel.yaml"),
        ("analysis/reporting/page.py", "from ruamel.yaml import YAML"),
        ("sim/mechanisms/screening.py", "import simpy"),
        ("sim/market/market.py", "import random"),
        ("sim/market/market.py", "from numpy.random import default_rng"),
        ("sim/market/market.py", "from numpy import random"),
        ("analysis/estimation/rates.py", "import numpy as np\nrng = np.random.default_rng(1)"),
        ("analysis/estimation/rates.py", "from . import funnel"),
        ("sim/market/market.py", "\n" * (LINES + 1)),
        ("sim/market/market.py", "def f():\n" + "    x = 1\n" * FUNCTION_LINES),
        ("sim/records/observe.py", "market.exposure.add(3)"),
        ("sim/records/observe.py", "market.people.state[who] = 1"),
    ],
)
def test_the_plan_is_seen_to_be_broken(file: str, source: str) -> None:
    assert len(list(faults(file, source))) == 1


@pytest.mark.parametrize(
    ("file", "source"),
    [
        ("sim/runs/result.py", "def f():\n    import pandas as pd"),
        ("sim/market/market.py", "import numpy as np\nimport simpy\ndef f(rng: np.random.Generator) -> None: ..."),
        ("analysis/estimation/rates.py", "import pandas as pd\nfrom sim import simulate"),
        ("sim/market/market.py", 'def f():\n    """A.\n\n    B.\n    """\n' + "    x = 1\n" * (FUNCTION_LINES - 1)),
        ("sim/processes/week.py", "market.people.state[who] = 1"),
    ],
)
def test_what_the_plan_allows(file: str, source: str) -> None:
    assert list(faults(file, source)) == []


def test_help_loads_nothing_heavy() -> None:
    code = (
        "import json, sys\nfrom analysis.cli.main import main\n"
        "assert main(['--help']) == 0\n"
        "print(json.dumps(sorted({name.split('.')[0] for name in sys.modules})))"
    )
    said = printed(code)
    assert "Commands:" in said
    assert HEAVY & set(json.loads(said.splitlines()[-1])) == set()
