"""Scenarios, sweeps, calibrations and references, made at random: valid ones are read to what they hold.

Broken ones are refused in one line that names the file, or read. Here some dozens of each; more with
REFERRALSIM_INPUTS=20000 in the environment, and `-rP` to see how many.
"""

import math
from collections.abc import Callable, Iterator
from itertools import product
from pathlib import Path
from typing import Any

import broken_files
import generated_references
import generated_scenarios
import generated_sweeps
import pytest
from generated_inputs import FOREIGN, seeds
from generated_scenarios import Files
from paths import ROOT

from analysis import AnalysisError
from analysis.calibration.calibration_file import load_calibration
from analysis.checks.reference_file import read_reference
from sim import ScenarioError, load_scenario, load_sweep
from sim.scenario.paths import value_at

Made = Callable[[int], Files]


def write(folder: Path, files: Files) -> None:
    for name, content in files.content.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(content)


def written(folder: Path, made: Made, usual: int) -> Iterator[tuple[int, Path, dict[str, Any]]]:
    """Write one file after the other; yields seed, file, and what it holds."""
    for seed in seeds(usual):
        files = made(seed)
        write(folder, files)
        yield seed, folder / files.main, files.holds
    print(f"{len(seeds(usual))} valid inputs read to what they hold")


def test_valid_scenarios(tmp_path: Path) -> None:
    for seed, path, holds in written(tmp_path, generated_scenarios.scenario, 60):
        read = load_scenario(path)
        roles, claims = holds.pop("roles"), holds.pop("expect")
        edges = holds.pop("edge list", None)
        assert list(read.cast) == roles, seed
        assert [claim.model_dump() for claim in read.expect] == claims, seed
        assert read.network.edge_list == (None if edges is None else str(tmp_path / edges)), seed
        usual = {"title": "", "story": "", "seed": 1, "replications": 20, "population.people": 5000}
        assert {name: value_at(read, name) for name in {**usual, **holds}} == {**usual, **holds}, seed


def test_valid_clients(tmp_path: Path) -> None:
    for seed, path, holds in written(tmp_path, generated_scenarios.client, 20):
        read = load_scenario(path)
        for name, meant in holds.items():
            found = value_at(read, name)
            # A mean over contacts may be rounded in another order.
            assert found == (pytest.approx(meant, rel=1e-12) if isinstance(meant, float) else meant), (seed, name)


def test_valid_sweeps(tmp_path: Path) -> None:
    for seed, path, holds in written(tmp_path, generated_sweeps.sweep, 40):
        read = load_sweep(path)
        for name in ("name", "title", "design", "seed", "replications", "outcomes", "keep_tables"):
            assert getattr(read, name) == holds[name], (seed, name)
        precise = read.precision
        precision = precise and (precise.half_width, precise.of, precise.confidence, precise.at_least, precise.at_most)
        assert precision == holds["precision"], seed
        assert read.base.population.people == holds["set"].pop("population.people", holds["people"]), seed
        assert {name: value_at(read.base, name) for name in holds["set"]} == holds["set"], seed
        if "points" in holds:
            assert [point.values for point in read.points] == holds["points"], seed
            continue
        assert len(read.points) == holds["number"], seed
        assert {factor.path for factor in read.factors} == set(holds["factors"]), seed
        for factor in read.factors:
            for name, meant in holds["factors"][factor.path].items():
                wanted = pytest.approx(meant, rel=1e-11) if name == "values" else meant
                assert getattr(factor, name) == wanted, (seed, factor.path, name)
        if read.design == "grid":
            combined = list(product(*(factor.values for factor in read.factors)))
            assert [tuple(point.values.values()) for point in read.points] == combined, seed


def test_valid_calibrations(tmp_path: Path) -> None:
    for seed, path, holds in written(tmp_path, generated_sweeps.calibration, 40):
        read = load_calibration(path)
        sweep = read.sweep
        assert (sweep.name, sweep.title, sweep.seed) == (holds["name"], holds["title"], holds["seed"]), seed
        assert sweep.base.population.people == holds["set"].get("population.people", holds["people"]), seed
        assert read.set == holds["set"], seed
        assert {row.path: (row.low, row.high, row.scale) for row in sweep.factors} == holds["ranges"], seed
        budget = {"points": read.points, "replications": sweep.replications, "rounds": read.rounds, "check": read.check}
        assert budget == holds["budget"], seed
        assert {target.quantity for target in read.targets} == set(holds["targets"]), seed
        for target in read.targets:
            kind, first, second, last = holds["targets"][target.quantity]
            if kind == "band":
                assert (target.low, target.high, target.source) == (first, second, last), seed
            elif kind == "number":
                assert (target.value, target.sd, target.source, target.slack) == (first, second, last, 0), seed
            else:
                assert (target.value, target.source) == (first, f"log:mein log.csv ({second} of {last})"), seed


def test_valid_references(tmp_path: Path) -> None:
    for seed, path, holds in written(tmp_path, generated_references.reference, 150):
        read = read_reference(path)
        for name in ("scenario", "digest", "settings", "seed", "replications", "made_with", "cpu_seconds", "left_out"):
            assert getattr(read, name) == holds[name], (seed, name)
        assert read.size_chosen == holds.get("size_chosen", False), seed
        assert read.columns == (tuple(holds["columns"]) if holds["format"] == 2 else ()), seed
        assert read.old == (holds["format"] == 1), seed
        assert set(read.quantities) == set(holds["quantities"]), seed
        for name, row in holds["quantities"].items():
            held = read.quantities[name]
            assert (held.unit, held.margin, held.chosen, held.n) == tuple(
                row[part] for part in ("unit", "margin", "chosen", "n")
            ), seed
            assert [None if math.isnan(value) else value for value in held.values] == row["values"], seed
        for key, row in holds["claims"].items():
            claim = read.claims[key]
            for part, meant in row.items():
                ends = meant if part == "within" else [meant]
                found = claim.within if part == "within" else [getattr(claim, part)]
                assert [str(end) for end in map(_number, found)] == [str(end) for end in map(_number, ends)], (
                    seed,
                    part,
                )
        usual = {"referralsim": "", "moved": []}
        assert list(read.history) == [{**usual, **step} for step in holds["history"]], seed


def _number(value: Any) -> Any:
    """A number written as a word is that number."""
    return float(value) if value in ("nan", "inf", "-inf") or isinstance(value, int) else value


def _sweep(path: Path) -> str:
    return load_sweep(path).digest


def _scenario(path: Path) -> str:
    return load_scenario(path).digest


READERS: dict[str, tuple[str, Made, Callable[[bytes, int], bytes], Callable[[Path], Any]]] = {
    "scenarios": ("scenarios/*.yaml", generated_scenarios.scenario, broken_files.broken_yaml, _scenario),
    "clients": ("scenarios/eli-ben.yaml", generated_scenarios.client, broken_files.broken_yaml, _scenario),
    "sweeps": ("scenarios/sweeps/*.yaml", generated_sweeps.sweep, broken_files.broken_yaml, _sweep),
    "calibrations": (
        "scenarios/calibrations/*.yaml",
        generated_sweeps.calibration,
        broken_files.broken_yaml,
        load_calibration,
    ),
    "references": (
        "reports/*/reference.json",
        generated_references.reference,
        broken_files.broken_json,
        read_reference,
    ),
}

# Seeds that found a fault once: a log whose name is a command for a terminal.
ONCE_WRONG = {"calibrations": (11_000_445,)}


@pytest.mark.parametrize("reader", READERS)
def test_broken_files_are_refused_in_one_line_or_read(tmp_path: Path, reader: str) -> None:
    pattern, made, broken, read = READERS[reader]
    # Fewer points to draw, which takes most of the time.
    shipped = [path.read_bytes().replace(b"points: 300", b"points: 30") for path in sorted(ROOT.glob(pattern))]
    refused = 0
    for seed in (*ONCE_WRONG.get(reader, ()), *seeds(60)):
        path = tmp_path / ("file.json" if reader == "references" else "file.yaml")
        sample = shipped[seed % len(shipped)]
        if seed % 2:
            files = made(seed)
            write(tmp_path, files)
            sample = files.content[files.main]
        path.write_bytes(broken(sample, seed))
        said = ""
        try:
            read(path)
        except (ScenarioError, AnalysisError) as error:
            said, refused = str(error), refused + 1
        assert said.isprintable(), (seed, said)
        assert not said or str(tmp_path) in said, (seed, said)
        assert len(said) < 2000 + len(str(path)), (seed, said)
        words = [word for word in FOREIGN if word in said and word.encode() not in sample]
        assert not words, (seed, words, said)
    print(f"{len(seeds(60))} broken inputs, of them {refused} refused")
    assert 0 < refused < len(seeds(60))
