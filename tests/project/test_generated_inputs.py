"""Readers of users' files and many inputs: valid ones are read to what they hold, broken ones refused in one line.

Here a few hundred of each; more with REFERRALSIM_INPUTS=20000 in the environment, and `-rP` to see how many.
"""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import generated_inputs as made
import pytest
from generated_inputs import FOREIGN, seeds
from paths import DATA

from analysis import AnalysisError, load, rates
from sim import ScenarioError, make_sweep, read_edge_list


def test_valid_networks(tmp_path: Path) -> None:
    path = tmp_path / "ties"
    for seed in seeds(300):
        content, ties, people = made.network(seed)
        path.write_bytes(content)
        read = read_edge_list(path, 500)
        names = [name.removeprefix("p").strip().removesuffix(".0") for name in read.names]
        ends = {(names[a], names[b]) for a, b in zip(read.person.tolist(), read.contact.tolist(), strict=True)}
        assert ends == {(a.removesuffix(".0"), b.removesuffix(".0")) for a, b in ties}, (seed, content)
        assert read.people == people, seed
    print(f"{len(seeds(300))} valid inputs read to what they hold")


def test_valid_logs(tmp_path: Path) -> None:
    path = tmp_path / "log.csv"
    for seed in seeds(60):
        content, counts = made.log(seed)
        path.write_bytes(content)
        said = ""
        try:
            table = rates(load(path)).query("stage == 'response' and channel != 'all'")
        except AnalysisError as error:
            said = str(error)
        # A short log may leave it open which part of its dates is the day; then it must say so.
        assert not said or "since this may be" in said, (seed, content, said)
        if said:
            continue
        found = {
            name: (int(k), int(n)) for name, k, n in zip(table["channel"], table["count"], table["n"], strict=True)
        }
        assert found == counts, (seed, content)
    print(f"{len(seeds(60))} valid inputs read to what they hold, or asked which part of a date is the day")


def test_valid_tables_of_points(tmp_path: Path) -> None:
    for seed in seeds(60):
        ending, content, values = made.points(seed)
        (tmp_path / f"points{ending}").write_bytes(content)
        sweep = make_sweep("baseline", "table", folder=tmp_path, table=f"points{ending}")
        assert [dict(point.values) for point in sweep.points] == values, (seed, content)
    print(f"{len(seeds(60))} valid inputs read to what they hold")


READERS: dict[str, tuple[str, Callable[[Path], Any]]] = {
    "edges": ("edges", lambda path: read_edge_list(path, 500)),
    "logs": ("logs", lambda path: rates(load(path))),
    "designs": ("designs", lambda path: make_sweep("baseline", "table", folder=path.parent, table=path.name)),
}

# Seeds that found a fault once: words of a damaged Parquet file that are no text, or not there.
ONCE_WRONG = {"designs": (11_000_489, 11_002_674)}


@pytest.mark.parametrize("reader", READERS)
def test_broken_files_are_refused_in_one_line_or_read(tmp_path: Path, reader: str) -> None:
    folder, read = READERS[reader]
    samples = sorted((DATA / folder).iterdir())
    refused = 0
    for seed in (*ONCE_WRONG.get(reader, ()), *seeds(150)):
        sample = samples[seed % len(samples)]
        path = tmp_path / f"file{sample.suffix}"
        path.write_bytes(made.broken(sample.read_bytes(), seed))
        said = "read"
        try:
            found = read(path)
            said = found.line if reader == "edges" else said
        except (ScenarioError, AnalysisError) as error:
            said, refused = str(error), refused + 1
        assert said.isprintable(), (seed, sample.name, said)
        assert len(said) < 700 + len(str(path)), (seed, sample.name)
        assert not any(word in said for word in FOREIGN), (seed, sample.name, said)
    print(f"{len(seeds(150))} broken inputs, of them {refused} refused")
    assert 0 < refused < len(seeds(150))
