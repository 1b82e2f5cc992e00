"""The directions in which the rooms may know each other, read from the syntax tree."""

import ast
import json
import subprocess
import sys
from collections.abc import Iterator

import pytest
from paths import ROOT

FILES = [
    path.relative_to(ROOT).as_posix() for room in ("sim", "analysis") for path in sorted((ROOT / room).rglob("*.py"))
]
TABLES_LEAVE = {"sim/runs/simulation.py", "sim/records/tables.py"}
TOUCH_YAML = {"sim/scenario/yaml_reader.py", "sim/scenario/scenario.py"}
PROCESSES = ("seekers", "referrals", "recruiters", "employers", "desk", "careers")
# run.py holds the process of the days, in which all others have their turn.
TOUCH_CLOCK = {f"sim/{name}.py" for name in ("market", "run", *PROCESSES)}
HEAVY = {"numpy", "pandas", "scipy", "statsmodels", "matplotlib", "seaborn", "pyarrow", "simpy", "igraph"}
NOT_IN_SIM = {"analysis", "statsmodels", "seaborn", "matplotlib"}
LINES = 500


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
    if source.count("\n") > LINES:
        yield f"{source.count(chr(10))} lines; split it at {LINES}"


@pytest.mark.parametrize("file", FILES)
def test_every_file_keeps_to_the_plan(file: str) -> None:
    assert list(faults(file, (ROOT / file).read_text(encoding="utf-8"))) == []


@pytest.mark.parametrize(
    ("file", "source"),
    [
        ("sim/market/market.py", "from analysis import rates"),
        ("sim/market/market.py", "def f():\n    import statsmodels.api as sm"),
        ("sim/records/tables.py", "import pandas as pd"),
        ("sim/records/tables.py", "class Table:\n    from pandas import DataFrame"),
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
    ],
)
def test_the_plan_is_seen_to_be_broken(file: str, source: str) -> None:
    assert len(list(faults(file, source))) == 1


@pytest.mark.parametrize(
    ("file", "source"),
    [
        ("sim/records/tables.py", "def f():\n    import pandas as pd"),
        ("sim/market/market.py", "import numpy as np\nimport simpy\ndef f(rng: np.random.Generator) -> None: ..."),
        ("analysis/estimation/rates.py", "import pandas as pd\nfrom sim import simulate"),
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
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert "Commands:" in done.stdout
    assert HEAVY & set(json.loads(done.stdout.splitlines()[-1])) == set()
