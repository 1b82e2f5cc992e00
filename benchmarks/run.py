"""Measure the speed and the memory of the simulation: `python benchmarks/run.py`, or with `--quick` in a minute.

Every figure is the median of runs in fresh processes, and the runs of all cases are interleaved, so that a slow minute
of the machine falls on all of them. Processor time is that of the process (user and system); peak memory is what the
operating system says of the finished process. The comparison runs the same stripped-down rules (`stripped.yaml`) in the
project's own loop, in naive SimPy and in Mesa (`peers/`; Mesa comes with `pip install ".[benchmark]"`).

A full run takes some minutes and writes `results.md` and `results.json` beside this file; `--quick` prints only.
"""

from __future__ import annotations

import argparse
import importlib.metadata
import importlib.util
import json
import os
import platform
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent
SEED = 1
MEBIBYTE = 2**20
Figures = dict[str, float]


@dataclass(frozen=True)
class Case:
    """One thing to run: how, on which market, with how many people, in how many of the rounds."""

    name: str
    how: str
    scenario: str
    people: int
    rounds: int


Read = Callable[[str, str], float]
"""Gives a figure of a case."""


@dataclass(frozen=True)
class Line:
    """One line of the table: a figure made from those of the cases, how it is written, and what it is held to."""

    what: str
    figure: Callable[[Read], float]
    form: str
    target: float | None = None
    at_least: bool = False


# ---- in the measured process ----------------------------------------------------------------------------------------


def market_of(scenario: str, people: int) -> Any:
    """The scenario, of this folder or shipped, with that many people."""
    import sim

    own = HERE / f"{scenario}.yaml"
    return sim.load_scenario(str(own) if own.exists() else scenario, {"population.people": people})


def measure_loop(scenario: str, people: int) -> Figures:
    """The simulation loop alone: the market is built before and nothing is written."""
    from sim.processes.schedule import build, run_market

    market = build(market_of(scenario, people), SEED, 0)
    cpu = run_market(market)
    applications, candidacies = market.applications, market.candidacies
    channel = applications["channel"]
    answered = channel[candidacies["row"][candidacies["responded"] == candidacies["responded"]]]
    return {
        "loop_cpu": cpu,
        "applications": len(applications),
        "openings": len(market.openings),
        "direct_response": (answered == 0).sum() / (channel == 0).sum(),
        "referral_response": (answered == 1).sum() / (channel == 1).sum(),
    }


def measure_whole(scenario: str, people: int) -> Figures:
    """All that a run does: load, build, simulate, write Parquet. The parent process takes the time."""
    from sim.runs.replication import write_replication

    with tempfile.TemporaryDirectory() as folder:
        summary = write_replication(market_of(scenario, people), SEED, 0, Path(folder))
    return {"loop_cpu": summary["loop_cpu_seconds"], "applications": summary["applications"]}


def measure_peer(scenario: str, people: int, market: Callable[..., Any]) -> Figures:
    """The loop of another engine."""
    made = market(market_of(scenario, people), SEED)
    start = time.process_time()
    made.run()
    cpu = time.process_time() - start
    applications, openings = getattr(made, "rules", made).tables()
    answered = {"direct": 0, "referral": 0}
    sent = {"direct": 0, "referral": 0}
    for channel, responded in zip(applications["channel"], applications["responded"], strict=True):
        sent[channel] += 1
        answered[channel] += responded == responded
    return {
        "loop_cpu": cpu,
        "applications": len(applications["sent"]),
        "openings": len(openings["posted"]),
        "direct_response": answered["direct"] / sent["direct"],
        "referral_response": answered["referral"] / sent["referral"],
    }


def measure_simpy(scenario: str, people: int) -> Figures:
    from benchmarks.peers.naive_simpy import NaiveMarket

    return measure_peer(scenario, people, NaiveMarket)


def measure_mesa(scenario: str, people: int) -> Figures:
    from benchmarks.peers.mesa_market import MesaMarket

    return measure_peer(scenario, people, MesaMarket)


HOW: dict[str, Callable[[str, int], Figures]] = {
    "loop": measure_loop,
    "whole": measure_whole,
    "simpy": measure_simpy,
    "mesa": measure_mesa,
}


def in_a_process(case: Case) -> Figures:
    """Run a case in a fresh Python and add what the operating system says of it."""
    command = [sys.executable, str(Path(__file__).resolve()), "--measure", case.how, case.scenario, str(case.people)]
    start = time.perf_counter()
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        text = process.stdout.read()
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        wall = time.perf_counter() - start
    if process.returncode:
        raise SystemExit(f"the run of {case.name} failed with exit code {process.returncode}")
    figures: Figures = json.loads(text)
    peak = usage.ru_maxrss * (1 if sys.platform == "darwin" else 1024) / MEBIBYTE
    figures |= {"wall": wall, "cpu": usage.ru_utime + usage.ru_stime, "peak": peak}
    figures["per_application"] = figures["loop_cpu"] / figures["applications"] * 1e9
    return figures


# ---- what is measured, and what it is held to ----------------------------------------------------------------------


def cases(quick: bool) -> list[Case]:
    """What to run in each round."""
    many, few = (3, 1) if quick else (7, 3)
    large, peers = (30_000, 2_000) if quick else (100_000, 10_000)
    chosen = [
        Case("reference", "loop", "reference", 10_000, many),
        Case("apart", "loop", "apart", 10_000, many),
        Case("own", "loop", "stripped", peers, many),
        Case("baseline", "loop", "baseline", 10_000, many),
        Case("whole reference", "whole", "reference", 10_000, many),
        Case("whole baseline", "whole", "baseline", 10_000, many),
        Case("large", "loop", "reference", large, few),
        Case("large apart", "loop", "apart", large, few),
        Case("whole large", "whole", "reference", large, few),
        Case("simpy", "simpy", "stripped", peers, few),
    ]
    if importlib.util.find_spec("mesa") is not None:
        chosen.append(Case("mesa", "mesa", "stripped", peers, few))
    return chosen


def one(case: str, figure: str) -> Callable[[Read], float]:
    """A figure as it was measured."""
    return lambda read: read(case, figure)


def ratio(above: str, below: str) -> Callable[[Read], float]:
    """How many times dearer an application is in one case than in another."""
    return lambda read: read(above, "per_application") / read(below, "per_application")


def lines(chosen: list[Case], quick: bool) -> list[Line]:
    """The table, from the medians of the cases. Targets for sizes that a quick run does not reach are left out."""
    of = {case.name: case for case in chosen}
    large, peers = f"{of['large'].people:,} people", f"{of['own'].people:,} people"

    def full(target: float) -> float | None:
        return None if quick else target

    cost, wall = "per_application", "wall"
    table = [
        Line("Loop, full model, 10,000 people: CPU per application", one("reference", cost), "{:.0f} ns", 250),
        Line(f"Loop, full model, {large}: CPU per application", one("large", cost), "{:.0f} ns", full(250)),
        Line(f"Growth of that from 10,000 to {large}", ratio("large", "reference"), "{:.2f} times", full(1.2)),
        Line(
            "Relationships over none, 10,000 people: CPU per application",
            ratio("reference", "apart"),
            "{:.2f} times",
            2,
        ),
        Line(f"Relationships over none, {large}", ratio("large", "large apart"), "{:.2f} times", full(2)),
        Line("Whole process, reference market, 10,000 people: wall time", one("whole reference", wall), "{:.2f} s", 2),
        Line("– CPU time", one("whole reference", "cpu"), "{:.2f} s"),
        Line("– peak memory", one("whole reference", "peak"), "{:.0f} MiB", 300),
        Line("Whole process, baseline, 10,000 people: wall time", one("whole baseline", wall), "{:.2f} s", 2),
        Line("– CPU time", one("whole baseline", "cpu"), "{:.2f} s"),
        Line("– peak memory", one("whole baseline", "peak"), "{:.0f} MiB", 300),
        Line(f"Whole process, reference market, {large}: wall time", one("whole large", wall), "{:.1f} s"),
        Line("– CPU time", one("whole large", "cpu"), "{:.1f} s"),
        Line("– peak memory", one("whole large", "peak"), "{:.0f} MiB", full(2048)),
        Line(f"Stripped-down rules, {peers}: CPU per application", one("own", cost), "{:.0f} ns"),
        Line("– in naive SimPy", one("simpy", cost), "{:.0f} ns"),
        Line("– naive SimPy over the project", ratio("simpy", "own"), "{:.0f} times", full(40), at_least=True),
    ]
    if "mesa" in of:
        table += [
            Line("– in Mesa 3", one("mesa", cost), "{:.0f} ns"),
            Line("– Mesa over the project", ratio("mesa", "own"), "{:.0f} times", full(15), at_least=True),
        ]
    return [
        *table,
        Line("Loop, baseline, 10,000 people: CPU per application (*)", one("baseline", cost), "{:.0f} ns"),
        Line("– CPU time of the loop", one("baseline", "loop_cpu"), "{:.2f} s"),
    ]


def _of_round(runs: dict[str, list[Figures]], number: int, case: str, name: str) -> float:
    return runs[case][number][name]


def judged(line: Line, runs: dict[str, list[Figures]]) -> dict[str, Any]:
    """A line with its figure, the range over the rounds it rests on, and whether the target is met."""
    used: set[str] = set()

    def median(case: str, name: str) -> float:
        used.add(case)
        return statistics.median(run[name] for run in runs[case])

    value = line.figure(median)
    rounds = min(len(runs[case]) for case in used)
    single = [line.figure(partial(_of_round, runs, i)) for i in range(rounds)]
    met = None
    if line.target is not None:
        met = value >= line.target if line.at_least else value <= line.target
    low, high = min([value, *single]), max([value, *single])
    return {
        "what": line.what,
        "value": value,
        "low": low,
        "high": high,
        "form": line.form,
        "target": line.target,
        "at_least": line.at_least,
        "met": met,
    }


def machine() -> dict[str, Any]:
    """What it was measured on; nothing that names it."""
    model = platform.processor() or platform.machine()
    info = Path("/proc/cpuinfo")
    if info.exists():
        names = [row.split(":", 1)[1].strip() for row in info.read_text().splitlines() if row.startswith("model name")]
        model = names[0] if names else model
    packages = ("numpy", "scipy", "simpy", "pyarrow", "mesa")
    versions = {}
    for name in packages:
        try:
            versions[name] = importlib.metadata.version(name)
        except importlib.metadata.PackageNotFoundError:
            versions[name] = "absent"
    return {
        "processor": model,
        "cores": os.cpu_count(),
        "system": f"{platform.system()} {platform.machine()}",
        "python": platform.python_version(),
        "packages": versions,
        "load_at_start": round(os.getloadavg()[0], 1) if hasattr(os, "getloadavg") else None,
    }


def as_markdown(rows: list[dict[str, Any]], box: dict[str, Any], runs: dict[str, list[Figures]]) -> str:
    """The table, what it was measured on, and the proof that the engines ran the same rules."""
    verdict = {True: "met", False: "**missed**", None: ""}
    out = [
        "# Speed and memory",
        "",
        "Made by `python benchmarks/run.py`: medians of interleaved runs in fresh processes.",
        "A whole process starts Python, loads the scenario, simulates and writes Parquet.",
        "",
        "| | target | measured | lowest and highest | |",
        "|---|---|---|---|---|",
    ]
    for row in rows:
        form = row["form"]
        number = form.split("}")[0] + "}"
        sign = "at least" if row["at_least"] else "at most"
        target = "" if row["target"] is None else f"{sign} {form.format(row['target'])}"
        span = f"{number.format(row['low'])}–{form.format(row['high'])}"
        out.append(f"| {row['what']} | {target} | {form.format(row['value'])} | {span} | {verdict[row['met']]} |")
    out += [
        "",
        "(*) Baseline has about a hundred applications an opening where the reference market has two thousand,",
        "so each carries more of what openings, ties, recruiters and careers cost.",
        "",
        "The same rules in each engine, over the whole run (one seed each):",
        "",
        "| engine | applications | openings | direct answered | referrals answered |",
        "|---|---|---|---|---|",
    ]
    for name, label in (("own", "this project"), ("simpy", "naive SimPy"), ("mesa", "Mesa")):
        if name in runs:
            r = runs[name][0]
            answered = f"{r['direct_response']:.3%} | {r['referral_response']:.1%}"
            out.append(f"| {label} | {r['applications']:,.0f} | {r['openings']:,.0f} | {answered} |")
    versions = ", ".join(f"{name} {version}" for name, version in box["packages"].items())
    out += [
        "",
        f"Measured on {box['processor']}, {box['cores']} cores, {box['system']}, Python {box['python']},",
        f"{versions}; load average {box['load_at_start']} at the start.",
        f"Runs: {', '.join(f'{name} {len(r)}' for name, r in runs.items())}.",
        "",
    ]
    return "\n".join(out)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0] if __doc__ else None)
    parser.add_argument("--quick", action="store_true", help="smaller markets, fewer runs, nothing written")
    parser.add_argument("--measure", nargs=3, metavar=("HOW", "SCENARIO", "PEOPLE"), help=argparse.SUPPRESS)
    options = parser.parse_args()
    sys.path[0] = str(ROOT)
    if options.measure:
        how, scenario, people = options.measure
        print(json.dumps({name: float(value) for name, value in HOW[how](scenario, int(people)).items()}))
        return
    chosen, box = cases(options.quick), machine()
    runs: dict[str, list[Figures]] = {case.name: [] for case in chosen}
    for number in range(max(case.rounds for case in chosen)):
        for case in chosen:
            if number < case.rounds:
                print(f"round {number + 1}: {case.name}, {case.people:,} people", file=sys.stderr, flush=True)
                runs[case.name].append(in_a_process(case))
    rows = [judged(line, runs) for line in lines(chosen, options.quick)]
    text = as_markdown(rows, box, runs)
    print(text)
    if not options.quick:
        (HERE / "results.md").write_text(text, encoding="utf-8")
        whole = {"table": rows, "machine": box, "runs": runs}
        (HERE / "results.json").write_text(json.dumps(whole, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
