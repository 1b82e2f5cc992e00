"""Files that are no scenarios, and properties of those that are: what no text may do to the program."""

import os
import sys
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st
from paths import ROOT
from scenario_files import refused, write

from sim.scenario.cast import ANY_ROLE
from sim.scenario.quantities import MEASURES
from sim.scenario.quantity_names import NAMES
from sim.scenario.scenario import Parameter, ScenarioError, load_scenario, parameters_table
from sim.scenario.yaml_reader import MAX_BYTES, MAX_DEPTH

ROLES = ("eli", "null", "y")  # a YAML reader must not take the others for values
TABLE = {row.path: row for row in parameters_table()}


# Files that are none


def test_a_huge_file_is_refused_before_it_is_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "huge.yaml"
    with file.open("wb") as stream:
        stream.truncate(100_000_000)

    def never(*_: object, **__: object) -> None:
        raise AssertionError("opened")

    monkeypatch.setattr(Path, "open", never)
    assert str(refused(file)) == f"{file}: has 100.0 MB; it may have at most 1 MB"


@pytest.mark.skipif(sys.platform != "linux", reason="needs a file that says it is empty and is not")
def test_a_file_that_lies_about_itself() -> None:
    # /proc files have size 0; reading this one fails, whoever asks.
    with pytest.raises(ScenarioError, match="cannot be read: "):
        load_scenario(Path("/proc/self/mem"))


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="the superuser may read everything")
def test_an_unreadable_file(tmp_path: Path) -> None:
    file = write(tmp_path, "seed: 1\n")
    file.chmod(0)
    assert str(refused(file)) == f"{file}: cannot be read: permission denied"


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="needs a named pipe")
def test_a_pipe_is_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.yaml")
    assert "is not a regular file" in str(refused(tmp_path / "pipe.yaml"))


@pytest.mark.parametrize(
    "name",
    ["a\0b.yaml", "a" * 5000 + ".yaml", "\ud800.yaml", "nowhere/x.yaml", "a\nb.yaml"],
    ids=["nul", "long", "surrogate", "no folder", "newline"],
)
def test_names_that_cannot_be_files(name: str) -> None:
    assert "does not exist" in str(refused(name)) or "cannot be read" in str(refused(name))


@pytest.mark.parametrize(
    "name", ["", " ", "baseline ", "Baseline", "x" * 100_000, "a\nb", "\0"], ids=lambda name: repr(name[:9])
)
def test_unknown_names(name: str) -> None:
    error = refused(name)
    assert error.message.startswith("no scenario is named ")
    assert "baseline" in error.message
    assert len(error.message) < 300


@pytest.mark.parametrize(
    "text",
    [
        "[" * 100_000,
        "{" * 100_000,
        "{a: " * 50_000,
        "- " * 100_000,
        "? " * 100_000,
        "a:\n" + " " * 500_000 + "b: 1",
        "population: " + "[" * MAX_DEPTH + "]" * MAX_DEPTH,
        "a: &a [" + "1," * 100_000 + "]",
        "x: " + "9" * 900_000,
        "population: {people: " + "9" * 100_000 + "}",
        "population: {people: 1" + "0" * 4400 + "}",
        "!" * 100_000,
        "&a " * 1000,
        "*a",
        "a" * 900_000,
        '"' + "\\" * 99_999,
        "%" * 1000,
        "\n".join(f"k{i}: 1" for i in range(20_000)),
        "".join(f"a{i}: &a{i} [" + f"*a{i - 1}," * 9 + "]\n" for i in range(1, 100)).replace("*a0", "1"),
        "title: " + "a" * 900_000,
    ],
    ids=lambda text: f"{text[:12]}… {len(text)}",
)
def test_hostile_texts_end_soon(tmp_path: Path, text: str) -> None:
    assert len(text) <= MAX_BYTES
    file = write(tmp_path, text)
    # A reader that starts again at every character would be at it for hours: a run that does not end is the failure.
    if text.startswith("title"):
        load_scenario(file).to_yaml()
    else:
        error = refused(file)
        assert str(error).startswith(f"{file}:")
        assert len(str(error)) < len(str(file)) + 1000


# Properties


def value_of(row: Parameter) -> st.SearchStrategy[object]:
    if row.optional and row.type != "text":
        return st.one_of(st.none(), value_of(replace(row, optional=False)))
    if row.type == "bool":
        return st.booleans()
    if row.type == "text":
        return st.sampled_from(row.choices) if row.choices else st.none()
    assert row.minimum is not None
    assert row.maximum is not None
    if row.type == "int":
        return st.integers(int(row.minimum), int(row.maximum))
    return st.floats(row.minimum, row.maximum, exclude_min=row.above_minimum, exclude_max=row.below_maximum)


# Whatever YAML can say between quotes: all characters but controls and halves of surrogate pairs.
texts = st.text(
    st.one_of(st.characters(exclude_categories=("Cc", "Cs")), st.sampled_from("\n\t\"'\\:#{}é\u2028\ufeff")),
    max_size=60,
)
rates = st.sampled_from((*NAMES, *(f"{role}.{measure}" for role in ROLES for measure in MEASURES)))


@st.composite
def claims(draw: st.DrawFn) -> str:
    low, high = sorted(draw(st.tuples(st.floats(0, 0.4), st.floats(0.5, 1))))
    confidence = draw(st.floats(0, 1, exclude_min=True, exclude_max=True))
    body = draw(
        st.sampled_from(
            [
                f"rate: {draw(rates)}, within: [{low!r}, {high!r}]",
                "order: [referral.hire, recruiter.offer, all.read]",
                f"ratio: [referral.hire, direct.hire], within: [{low!r}, {high!r}]",
                f"difference: [null.wage_at_end, eli.wage_at_end], within: [{-high!r}, {low!r}]",
            ]
        )
    )
    return f"  - {{{body}, confidence: {confidence!r}}}\n"


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.data())
def test_what_is_written_out_loads_to_an_equal_scenario(tmp_path: Path, data: st.DataObject) -> None:
    paths = data.draw(st.lists(st.sampled_from(sorted(TABLE)), max_size=8, unique=True))
    role = data.draw(st.sampled_from(ROLES))
    overrides = {path.replace(ANY_ROLE, role): data.draw(value_of(TABLE[path]), path) for path in paths}
    overrides |= {
        "title": data.draw(texts),
        "story": data.draw(texts),
        "name": data.draw(st.from_regex(r"[A-Za-z0-9][A-Za-z0-9._-]{0,30}", fullmatch=True)),
    }
    expected = data.draw(st.lists(claims(), max_size=3))
    claimed = "expect:\n" + "".join(expected) if expected else "expect: []\n"
    file = write(tmp_path, f"cast: {{{', '.join(f'{role}: {{count: 5}}' for role in ROLES)}}}\n{claimed}")
    try:
        scenario = load_scenario(file, overrides)
    except ScenarioError as error:
        assert "expected at most" in error.message or "all 0" in error.message  # noqa: PT017
        assume(False)
        raise
    for path, value in overrides.items():
        found: object = scenario
        for part in path.split("."):
            found = found[part] if isinstance(found, dict) else getattr(found, part)
        assert found == value
    again = load_scenario(write(tmp_path, scenario.to_yaml(), "again.yaml"))
    assert again == scenario
    assert again.digest == scenario.digest
    assert again.to_yaml() == scenario.to_yaml()


def loads_or_says_why(file: Path) -> None:
    try:
        text = load_scenario(file).to_yaml()
    except ScenarioError as error:
        text = str(error)
        line = text
    else:
        line = "loaded"
    assert line.isprintable()
    text.encode("utf-8")


fuzz = settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
fewer = settings(fuzz, max_examples=80)  # a whole scenario each, not some words
BASELINE = (ROOT / "scenarios" / "baseline.yaml").read_bytes()
RESOLVED = load_scenario("baseline").to_yaml().encode()
PIECES = [
    "population",
    "people",
    "network",
    "mentor",
    "expect",
    "extends",
    "rate",
    "order",
    "within",
    "title",
    "mechanisms",
    "turnover",
    "cast",
    "eli",
    "cast.eli.",
    "cast.",
    "contact",
    "eli.willing",
    "difference",
    "baseline",
    "12 weeks",
    "3%",
    "on",
    "500",
    ".nan",
    "1e999",
    "~",
    ": ",
    ":\n  ",
    "\n",
    "\n  ",
    "\n    ",
    "- ",
    "[",
    "]",
    "{",
    "}",
    ", ",
    "&a ",
    "*a",
    "<<: *a",
    "!!python/object ",
    "'",
    '"',
    "|\n",
    "#",
    "---\n",
    "...\n",
    "? ",
    "%YAML 1.2\n",
    "\t",
    "\\",
    "\\UFFFFFFFF",
    "\\ud800",
    "\x00",
    "\x85",
    "\u2028",
    "\ufeff",
    "😀",
    "direct.response",
    "../",
    "/",
]


@fuzz
@given(st.binary(max_size=200))
def test_any_bytes_load_or_are_refused(tmp_path: Path, data: bytes) -> None:
    file = tmp_path / "bytes.yaml"
    file.write_bytes(data)
    loads_or_says_why(file)


@fuzz
@given(st.lists(st.one_of(st.sampled_from(PIECES), st.text(max_size=5)), max_size=40).map("".join))
def test_any_text_loads_or_is_refused(tmp_path: Path, text: str) -> None:
    file = tmp_path / "text.yaml"
    file.write_bytes(text.encode("utf-8", "surrogatepass"))
    loads_or_says_why(file)


@fewer
@given(st.sampled_from([BASELINE, RESOLVED]), st.data())
def test_any_damage_to_a_scenario_loads_or_is_refused(tmp_path: Path, whole: bytes, data: st.DataObject) -> None:
    for _ in range(data.draw(st.integers(1, 4))):
        start = data.draw(st.integers(0, len(whole)))
        length = data.draw(st.integers(0, 40))
        piece = data.draw(st.sampled_from(PIECES)).encode("utf-8", "surrogatepass")
        whole = whole[:start] + piece + whole[start + length :]
    file = tmp_path / "damaged.yaml"
    file.write_bytes(whole)
    loads_or_says_why(file)
