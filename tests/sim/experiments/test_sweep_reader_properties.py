"""Whatever a sweep says, it is made or refused in one line."""

from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sweep_files import SLOTS, TABLE, grid, write

from sim.errors import ScenarioError
from sim.experiments.designs import DESIGNS
from sim.experiments.sweep import Sweep
from sim.experiments.sweep_reader import load_sweep, make_sweep

PATHS = (
    SLOTS,
    "referrals.stake",
    "mechanisms.referrals",
    "time.window",
    "cast.jill.count",
    "cast.jill.asks",
    "openings.hidden",
    "search.asks",
    "network.edge_list",
    "cast.jill.contact.kind",
    "screening",
    "seed",
    "x.y",
)
scalars = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-3, 300),
    st.floats(-2, 5),
    st.sampled_from(
        ["on", "off", "log", "12 weeks", "3%", "normal", "triangular", "lognormal", "loguniform", "", "1e999"]
    ),
    st.text(max_size=5),
)
ranges = st.dictionaries(
    st.sampled_from(["from", "to", "steps", "scale", "distribution", "mode", "mean", "sd", "median", "log_sd", "z"]),
    scalars,
    max_size=5,
)
said = st.one_of(scalars, st.lists(scalars, max_size=3), ranges, st.lists(ranges, max_size=2))
vary = st.dictionaries(st.sampled_from(PATHS), said, min_size=1, max_size=3)
parts = st.fixed_dictionaries(
    {},
    optional={
        "vary": st.one_of(vary, said),
        "set": st.one_of(vary, said),
        "seed": scalars,
        "replications": said,
        "points": st.one_of(st.sampled_from([2, 4, 8]), scalars, st.lists(vary, max_size=2)),
        "table": scalars,
        "outcomes": said,
        "levels": scalars,
        "second_order": scalars,
        "name": scalars,
        "keep_tables": scalars,
    },
)


def one_line_or_a_sweep(action: Any) -> None:
    message = ""
    try:
        sweep = action()
    except ScenarioError as error:
        message = str(error)
    if message:
        assert message.isprintable()
        return
    assert isinstance(sweep, Sweep)
    assert all(sweep.scenario(point) for point in sweep.points)
    assert len(sweep.digest) == 64


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.sampled_from(DESIGNS), parts)
def test_no_sweep_gives_a_traceback(design: str, said: dict[str, object]) -> None:
    one_line_or_a_sweep(lambda: make_sweep("jill", design, **said))


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.one_of(st.text(max_size=40), st.text("design: gr[]{}a\n-,'\"&*!|>#%@", max_size=60)), st.booleans())
def test_no_text_gives_a_traceback(tmp_path: Path, text: str, begun: bool) -> None:
    file = tmp_path / "junk.yaml"
    file.write_bytes((grid(f"{SLOTS}: ") * begun + text).encode("utf-8", "surrogatepass"))
    one_line_or_a_sweep(lambda: load_sweep(file))


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.one_of(st.binary(max_size=60), st.text('population.people,;\n"9 0\tpoint', max_size=60).map(str.encode)),
    st.booleans(),
    st.sampled_from(["csv", "parquet"]),
)
def test_no_table_gives_a_traceback(tmp_path: Path, content: bytes, begun: bool, kind: str) -> None:
    (tmp_path / f"points.{kind}").write_bytes(b"population.people,signals.resume\n900,1\n" * begun + content)
    file = write(tmp_path, TABLE.replace("csv", kind))
    one_line_or_a_sweep(lambda: load_sweep(file))
