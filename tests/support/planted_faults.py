"""Small wrong changes to the model and to what is measured, and which checks catch them.

Each is planted for a while by replacing a function with one that does the same but for the fault. The table on the
page about CI is made from here.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from paths import DATA

from analysis.checks.check import check_scenario
from analysis.checks.reference import Reference
from analysis.checks.replication_jobs import carry_out
from analysis.checks.update import update_job
from analysis.errors import AnalysisError
from analysis.tables import tables
from sim import load_scenario
from sim.market.market import Market
from sim.mechanisms import screening, ties, vouching
from sim.processes import applying, desk, employment, schedule
from sim.runs import replication
from sim.runs.executors import local_pool
from sim.streams import Streams

Plant = Callable[[pytest.MonkeyPatch], None]
REPLICATIONS = 32
MARKET = DATA / "planted_faults.yaml"
# A tenth of them would be days, and faults that are seen without doubt would only have moved within the margin.
MARGINS = {"days_to_fill": 1.0, "days_to_answer_direct": 1.0}


@dataclass(frozen=True)
class Fault:
    """A small wrong change.

    Attributes
    ----------
    what
        What is wrong, in words.
    plant
        Puts it in place.
    """

    what: str
    plant: Plant


@dataclass(frozen=True)
class Caught:
    """What a check said of a fault.

    Attributes
    ----------
    moved
        Columns whose bytes moved.
    changed
        Quantities that are called changed, the most certain first.
    measured
        Whether these are other numbers of the same tables.
    broken
        Claims that fail and did not before.
    replications
        How many the answer took.
    refused
        Why the check refused the replications; empty where it did not.
    """

    moved: tuple[str, ...] = ()
    changed: tuple[str, ...] = ()
    measured: bool = False
    broken: tuple[str, ...] = ()
    replications: int = 0
    refused: str = ""

    @property
    def beyond_bytes(self) -> bool:
        """Whether anything but the bytes tells."""
        return bool(self.changed or self.broken or self.refused)


FAULTS: dict[str, Fault] = {}


def fault(what: str) -> Callable[[Plant], Plant]:
    """Enter a function among the faults."""

    def entered(plant: Plant) -> Plant:
        FAULTS[plant.__name__] = Fault(what, plant)
        return plant

    return entered


# ---- in the model -------------------------------------------------------------------------------------------------


@fault("the noise of a résumé is doubled, and employers do not know")
def louder_resumes(patch: pytest.MonkeyPatch) -> None:
    drawn = desk.as_normal

    def louder(bits: Any) -> Any:
        luck = drawn(bits)
        luck[1] *= 2.0  # match, résumé, letter
        return luck

    patch.setattr(desk, "as_normal", louder)


@fault("what carries a name lies on the pile like everything else")
def no_priority(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(desk, "receive", lambda market, candidacies, opening, arrived: desk.lay(market, candidacies, opening))


@fault("piles are read by the time of sending, the latest first")
def last_come_first_read(patch: pytest.MonkeyPatch) -> None:
    chosen = desk._highest_in_pile

    def by_time(group: Any, place: Any, unread: Any, room: Any) -> Any:
        later_first = np.arange(len(place))[::-1] * applying.LAST_PLACE // max(len(place), 1)
        return chosen(group, later_first.astype(place.dtype), unread, room)

    patch.setattr(desk, "_highest_in_pile", by_time)


@fault("precision is one over the standard deviation, not over the variance")
def precision_of_deviation(patch: pytest.MonkeyPatch) -> None:
    update = screening.update
    patch.setattr(
        screening,
        "update",
        lambda mean, variance, signal, precision: update(mean, variance, signal, np.sqrt(precision)),
    )


@fault("one interview more than there are slots")
def one_slot_more(patch: pytest.MonkeyPatch) -> None:
    shortlist = screening.shortlist
    patch.setattr(screening, "shortlist", lambda group, score, bar, slots: shortlist(group, score, bar, slots + 1))


@fault("ties do not fade")
def no_decay(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(
        ties,
        "decayed",
        lambda value, elapsed, half_life: np.broadcast_arrays(np.asarray(value, dtype=float), elapsed)[0].copy(),
    )


@fault("half-lives of ties are halved")
def faster_decay(patch: pytest.MonkeyPatch) -> None:
    decayed = ties.decayed
    patch.setattr(ties, "decayed", lambda value, elapsed, half_life: decayed(value, elapsed, np.asarray(half_life) / 2))


@fault("a referrer's word is taken whole, whatever the trust in it")
def blind_trust(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(vouching, "trust", lambda base, record: np.ones(np.shape(record)))


@fault("contacts are willing whatever they are owed")
def goodwill_ignored(patch: pytest.MonkeyPatch) -> None:
    willingness = vouching.willingness
    patch.setattr(vouching, "willingness", lambda strength, goodwill, steepness: willingness(strength, 0.0, steepness))


@fault("the margin for early offers is forgotten")
def no_early_margin(patch: pytest.MonkeyPatch) -> None:
    build = schedule.build
    patch.setattr(
        replication,
        "build",
        lambda scenario, seed, number: build(scenario.with_overrides({"screening.early_margin": 0.0}), seed, number),
    )


@fault("who has taken a job goes on searching")
def hired_go_on_searching(patch: pytest.MonkeyPatch) -> None:
    hire = employment.hire

    def hired(market: Market, candidacy: int) -> int | None:
        left = hire(market, candidacy)
        employment.start_search(market, market.applications["person"][market.candidacies["row"][[candidacy]]])
        return left

    patch.setattr(employment, "hire", hired)


@fault("who has taken a job elsewhere stays a candidate")
def never_taken(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(Market, "still_free", lambda self, candidacy: np.ones(np.shape(candidacy), dtype=bool))


@fault("an interview repeats the error of the résumé: one keyed draw for two purposes")
def one_draw_for_two(patch: pytest.MonkeyPatch) -> None:
    normal = Streams.normal
    patch.setattr(
        Streams, "normal", lambda self, name, *ids: normal(self, "resume" if name == "interview" else name, *ids)
    )


@fault("every replication has the seed of the first")
def one_seed(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(schedule, "Streams", lambda seed, replication: Streams(seed, 0))


# ---- in what is measured ------------------------------------------------------------------------------------------


@fault("the response window is a day too short")
def window_off_by_one(patch: pytest.MonkeyPatch) -> None:
    window = tables._window
    patch.setattr(tables, "_window", lambda manifest: (window(manifest) or 0.0) - 1.0)


def _normalised(patch: pytest.MonkeyPatch, change: Callable[[Any], None]) -> None:
    normalise = tables.normalise

    def changed(table: Any, **options: Any) -> Any:
        table, notes = normalise(table, **options)
        change(table)
        return table, notes

    patch.setattr(tables, "normalise", changed)


@fault("rows cut off by the end of observation are counted")
def censored_counted(patch: pytest.MonkeyPatch) -> None:
    _normalised(patch, lambda table: table.__setitem__("censored", False))


@fault("rows without an answer in the last four weeks are dropped as if cut off")
def unanswered_dropped(patch: pytest.MonkeyPatch) -> None:
    def drop(table: Any) -> None:
        late = table["sent"] > table.loc[table["in_window"], "sent"].max() - 28
        table["censored"] |= late & table["responded"].isna()

    _normalised(patch, drop)


@fault("the warm-up is counted")
def warm_up_counted(patch: pytest.MonkeyPatch) -> None:
    _normalised(patch, lambda table: table.__setitem__("in_window", True))


# ---- caught by ----------------------------------------------------------------------------------------------------


def recorded(workers: int = 1, market: Path = MARKET, replications: int = REPLICATIONS) -> Reference:
    """The reference of a market, made with whatever is planted just now."""
    scenario = load_scenario(market)
    job = update_job(scenario, None, "to plant faults against", replications=replications, margins=MARGINS)
    ((_, update),) = carry_out({scenario.name: job}, workers)
    return update.reference


def checked(name: str | None, reference: Reference, market: Path = MARKET) -> Caught:
    """Check a market with a fault planted, or None for none."""
    scenario = load_scenario(market)
    with pytest.MonkeyPatch.context() as patch:
        if name is not None:
            FAULTS[name].plant(patch)
        try:
            result = check_scenario(scenario, reference)
        except AnalysisError as problem:
            return Caught(refused=str(problem))
    changed = [one for one in result.quantities if one.verdict == "changed"]
    changed.sort(key=lambda one: -abs(one.difference) / max(one.high - one.low, 1e-12))
    # Where the bytes are the same, claims are those of the reference; where the check was over before, there are none.
    judged = zip(scenario.expect, result.claims, strict=True) if result.claims else ()
    broken = [one.claim for claim, one in judged if one.verdict == "fails" and not result.failed_before(claim)]
    return Caught(
        result.moved,
        tuple(one.name for one in changed),
        bool(changed) and not result.moved,
        tuple(broken),
        result.replications,
    )


def caught_by(reference: Reference, workers: int = 2) -> dict[str, Caught]:
    """Check every fault, in processes of their own."""
    with local_pool(workers) as pool:
        return dict(zip(FAULTS, pool.map(checked, FAULTS, [reference] * len(FAULTS)), strict=True))


def table(caught: Mapping[str, Caught]) -> str:
    """Lay out what caught which, for a page."""
    lines = ["| what is wrong | bytes | quantities, after so many replications | claims |", f"|{' --- |' * 4}"]
    for name, one in caught.items():
        if one.refused:
            lines.append(f"| {FAULTS[name].what} | | refused: replications that repeat each other | |")
            continue
        more = f" and {len(one.changed) - 1} more" if len(one.changed) > 1 else ""
        changed = f"`{one.changed[0]}`{more}, {one.replications}" if one.changed else "not seen"
        if one.measured:
            changed += ", measured otherwise"
        broken = "; ".join(claim.partition(" within ")[0] for claim in one.broken)
        lines.append(f"| {FAULTS[name].what} | {'moved' if one.moved else 'same'} | {changed} | {broken} |")
    return "\n".join(lines)


def measured_table() -> str:
    """Make the table anew: some 3 minutes of computing."""
    return table(caught_by(recorded(2)))


if __name__ == "__main__":
    print(measured_table())
