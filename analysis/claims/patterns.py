"""The published patterns P1 to P12, each measured with its publication's own denominator; nothing is tuned on them.

Every function takes the tables of a run of several replications and gives a :class:`Finding`. What is a ratio of
totals goes through the one engine of `analysis.estimation.intervals`; what is fitted (a peak, a slope, a ratio over
strata) is a function of sums over replications, its interval by Student's t over the pseudo-values of leaving one
replication out (Miller 1974).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TypeAlias

import numpy as np
import pandas as pd
import statsmodels.api as sm

from analysis.claims.evidence import Evidence, evidence
from analysis.claims.judging import Judgement, check_claims
from analysis.claims.pattern_ratios import pattern_rows
from analysis.errors import AnalysisError
from analysis.estimation.intervals import student
from analysis.tables.clusters import Floats
from analysis.tables.events import WEEK, YEAR, found_a_job, numbers
from analysis.tables.rows import reached
from analysis.tables.tables import Tables
from sim.records.observe import EXPOSURE_EVERY
from sim.scenario.claims import OrderClaim, RateClaim

INSIDE, OUTSIDE, UNDECIDED = "inside", "outside", "undecided"
_VERDICTS = {"holds": INSIDE, "fails": OUTSIDE, "undecided": UNDECIDED}
_NAN = float("nan")
MUTUAL_EDGES = (0, 1, 2, 3, 5, 8, 12, 16, 20, 30, 45)
"""Lower edges of the classes of mutual contacts; the last is open."""
EARLY, LATE = (9, 26), (27, 44)
"""Weeks of search, first and last, between which the chance to find a job is compared."""


@dataclass(frozen=True)
class Setting:
    """A scenario under which patterns are measured, with what is changed in it."""

    scenario: str
    overrides: tuple[tuple[str, str], ...] = ()


SETTINGS = {
    "baseline": Setting("baseline"),
    "displaced": Setting("displaced"),
    # Among few firms many a job at a contact's firm is a coincidence; here hardly any is.
    "large market": Setting("baseline", (("population.people", "20000"), ("replications", "12"))),
    # Effort that flags would make job-finding fall by itself, and what interviews teach would make it rise.
    "steady effort": Setting(
        "baseline", (("search.effort_floor", "1"), ("mechanisms.search_capital", "false"), ("replications", "60"))
    ),
}


@dataclass(frozen=True)
class Finding:
    """A pattern and what the simulation says of it.

    Attributes
    ----------
    evidence, quantity, published, source
        The row of ``evidence.csv``: its id, what was measured, the range, the publication.
    setting
        The scenario measured in.
    value, low, high, level
        Number and interval in the unit of the row.
    verdict
        ``inside`` or ``outside`` the published range with the whole interval, else ``undecided``.
    n, replications
        Size of the (smallest) denominator, and the replications behind the interval.
    detail
        Further numbers that belong to the pattern, in words.
    notes
        What was tried, kept in ``pattern_notes.csv``.
    """

    evidence: str
    quantity: str
    setting: str
    value: float
    low: float
    high: float
    level: float
    published: str
    verdict: str
    n: float
    replications: int
    source: str
    detail: str = ""
    notes: str = ""


Pattern: TypeAlias = Callable[[Tables, float], Finding]


# ---- intervals ----------------------------------------------------------------------------------------------------


def jackknife(sums: Floats, value: Callable[[Floats], float], level: float) -> tuple[float, float, float]:
    """Return a function of totals with its interval over replications.

    Parameters
    ----------
    sums : ndarray, shape (replications, k)
        What adds up over replications.
    value : callable
        From the totals, shape (k,), to the number.
    level : float
        Of the interval.

    Returns
    -------
    tuple
        Value and limits; the limits are NaN for a single replication, or where leaving one out leaves no number.
    """
    total, many = sums.sum(axis=0), len(sums)
    whole = value(total)
    if many < 2:
        return whole, _NAN, _NAN
    pseudo = many * whole - (many - 1) * np.array([value(total - one) for one in sums])
    half = student(level, many - 1) * float(pseudo.std(ddof=1)) / many**0.5
    return whole, whole - half, whole + half


def ratio_interval(sums: Floats, value: Callable[[Floats], float], level: float) -> tuple[float, float, float]:
    """Return the same for a positive ratio, by its logarithm."""

    def logarithm(total: Floats) -> float:
        found_ = value(total)
        return float(np.log(found_)) if found_ > 0 else _NAN

    middle, low, high = jackknife(sums, logarithm, level)
    return float(np.exp(middle)), float(np.exp(low)), float(np.exp(high))


def judged(low: float, high: float, band: tuple[float, float]) -> str:
    """Compare an interval with a published range; NaN limits decide nothing."""
    if low >= band[0] and high <= band[1]:
        return INSIDE
    return OUTSIDE if high < band[0] or low > band[1] else UNDECIDED


def _all_of(*verdicts: str) -> str:
    if OUTSIDE in verdicts:
        return OUTSIDE
    return INSIDE if all(one == INSIDE for one in verdicts) else UNDECIDED


def _sums(tables: Tables, replication: pd.Series, columns: Floats) -> Floats:
    """Return the columns summed in each replication, one row each."""
    place = np.searchsorted(tables.application_codes.labels, replication.to_numpy(np.int64))
    out = np.zeros((len(tables.application_codes.labels), columns.shape[1]))
    np.add.at(out, place, columns)
    return out


def _band(row: Evidence) -> tuple[float, float]:
    if row.low is None or row.high is None:
        raise AnalysisError(f"The evidence row {row.id} has no range.")
    return row.low, row.high


def _published(row: Evidence) -> str:
    return row.value if row.low is None or row.high is None else f"{row.low:g} to {row.high:g}"


def _finding(
    name: str,
    interval: tuple[float, float, float],
    verdict: str,
    level: float,
    n: float,
    tables: Tables,
    detail: str = "",
) -> Finding:
    row = evidence(name)
    return Finding(
        name,
        row.quantity,
        "",
        *interval,
        level,
        _published(row),
        verdict,
        n,
        len(tables.application_codes.labels),
        row.source,
        detail,
    )


def _from_judgement(name: str, one: Judgement, detail: str = "") -> Finding:
    row = evidence(name)
    return Finding(
        name,
        row.quantity,
        "",
        one.value,
        one.low,
        one.high,
        one.confidence,
        _published(row),
        _VERDICTS[one.verdict],
        one.n,
        one.replications,
        row.source,
        one.note or detail,
    )


def _from_published(name: str, tables: Tables, level: float) -> Finding:
    table = pattern_rows(tables, level)
    one = table[table["evidence"] == name].iloc[0]
    row = evidence(name)
    return Finding(
        name,
        row.quantity,
        "",
        float(one["value"]),
        float(one["low"]),
        float(one["high"]),
        level,
        _published(row),
        _VERDICTS[str(one["verdict"])],
        float(one["n"]),
        int(one["replications"]),
        row.source,
        str(one["note"]),
    )


def _rate(name: str, quantity: str, band: tuple[float, float], tables: Tables, level: float) -> Judgement:
    claim = RateClaim(rate=quantity, within=band, confidence=level, source=f"evidence:{name}")
    return check_claims(tables, [claim])[0]


# ---- the rows -----------------------------------------------------------------------------------------------------


def interview_ratio(tables: Tables, level: float) -> Finding:
    """P1: interviews per referral over interviews per job-board application (Brown, Setren and Topa 2016).

    Denominator: applications sent in the window and followed to its end, by channel. Interval on the logarithm,
    paired by replication.
    """
    return _from_published("P1", tables, level)


def hire_ratio(tables: Tables, level: float) -> Finding:
    """P2: hires per referral over hires per job-board application (Brown, Setren and Topa 2016; Lever 2016).

    Denominator as P1.
    """
    return _from_published("P2", tables, level)


def representation(tables: Tables, level: float) -> Finding:
    """P3: share of referrals among hires over their share among applicants (Lever; CareerPlug; Jobvite).

    Denominators: all hires and all applicants of all channels; algebraically the hire rate of referrals over that of
    everybody. Recruiters' approaches count as applications here, as sourced candidates do in applicant systems.
    """
    return _from_published("P3", tables, level)


def hire_order(tables: Tables, level: float) -> Finding:
    """P4: hires per candidate in the order referral, sourced, applied (Lever 2016).

    Denominator: candidates by source: referrals handed in, approaches sent, direct applications. Agencies are no
    part of the model; their place in the published order stays untested. The number is the smallest step, in hires
    per candidate.
    """
    claim = OrderClaim(order=("referral.hire", "recruiter.hire", "direct.hire"), confidence=level, source="evidence:P4")
    return _from_judgement("P4", check_claims(tables, [claim])[0], "smallest step between neighbours")


def contact_share(tables: Tables, level: float) -> Finding:
    """P5: share of accepted jobs found through a contact (Granovetter 1973; Topa 2011).

    Denominator: jobs accepted from applications of the window. Through a contact means referred by one, or applied
    to an opening that a contact told of.
    """
    hires = tables.eligible.table
    hires = hires[reached(hires, "hire", tables.response_window)]
    alone = float(np.mean(hires["channel"] == "referral")) if len(hires) else _NAN
    one = _rate("P5", "contact_share_of_hires", _band(evidence("P5")), tables, level)
    return _from_judgement("P5", one, f"referred alone {alone:.2f}")


def weak_ties(tables: Tables, level: float) -> Finding:
    """P6: share of contact jobs through weaker ties, while one stronger tie helps more (Gee, Jones and Burke 2017).

    Denominator of the share: jobs that seekers took in the window at a firm where one of their contacts already
    worked, however found, as in the publication; a job is the weaker ties' if no stronger tie led there. Weaker is
    below the strength from which a tie belongs to the innermost layer. Per tie: ties that led to a job over the
    tie-days of seekers, from the sample of their ties, stronger over weaker. The row is inside only if both halves are.
    """
    layer = tables.run.scenario.network.close_layer
    led, ground = _led_to_a_job(tables), _sampled(tables)
    near, weight = numbers(ground, "strength") >= layer, numbers(ground, "stands_for")
    close = numbers(led, "strength") >= layer
    jobs = led.assign(close=close).groupby(["replication", "person", "day"], as_index=False)["close"].max()
    strongest = jobs["close"].to_numpy(bool)
    sums = np.hstack(
        [
            _sums(tables, jobs["replication"], np.column_stack([~strongest, strongest]).astype(np.float64)),
            _sums(tables, led["replication"], np.column_stack([~close, close]).astype(np.float64)),
            _sums(tables, ground["replication"], np.column_stack([~near * weight, near * weight])),
        ]
    )
    if not (sums.sum(axis=0) > 0).all():
        return _nothing("P6", level, tables, "No contact jobs of both kinds; simulate more.")
    share = jackknife(sums, lambda s: float(s[0] / (s[0] + s[1])), level)
    per_tie = ratio_interval(sums, lambda s: float(s[3] / s[5] / (s[2] / s[4])), level)
    verdict = _all_of(judged(share[1], share[2], _band(evidence("P6"))), judged(*per_tie[1:], (1.0, np.inf)))
    hires = tables.eligible.table
    hires = hires[reached(hires, "hire", tables.response_window)]
    referred = hires[np.asarray(hires["channel"] == "referral")]
    vouched = float(np.mean(numbers(referred, "tie_strength") < layer)) if len(referred) else _NAN
    detail = (
        f"one stronger tie (from {layer:g}) brings {per_tie[0]:.2f} ({per_tie[1]:.2f} to {per_tie[2]:.2f}) "
        f"times the jobs of a weaker one; {vouched:.2f} of hires by referral were through a weaker tie"
    )
    return _finding("P6", share, verdict, level, len(jobs), tables, detail)


def mutual_contacts(tables: Tables, level: float) -> Finding:
    """P7: number of mutual contacts at which a tie is most likely to lead to a job (Rajkumar et al. 2022).

    Denominator: ties of seekers to people employed elsewhere, by mutual contacts when looked at (sampled, weighted to
    tie-days). Transmission: the seeker takes a job at the contact's firm, however found, as in the publication. The
    peak is that of a Poisson regression on the logarithm of one plus mutual contacts and its square; it is interior
    only if the curve bends down and the peak lies within the classes seen.
    """
    sums, x = _by_mutual(tables)
    classes = len(MUTUAL_EDGES)
    if sums[:, :classes].sum() < classes:
        return _nothing("P7", level, tables, "Too few jobs through ties; simulate more.")

    def curve(total: Floats) -> Floats:
        # Where leaving one replication out leaves a class without ties, the class says nothing.
        seen = total[classes:] > 0
        design = np.column_stack([np.ones(classes), x, x**2])[seen]
        fit = sm.GLM(
            total[:classes][seen], design, family=sm.families.Poisson(), offset=np.log(total[classes:][seen])
        ).fit()
        return np.asarray(fit.params, dtype=np.float64)

    bend = jackknife(sums, lambda total: float(curve(total)[2]), level)
    total = sums.sum(axis=0)
    with np.errstate(invalid="ignore", divide="ignore"):
        rates = total[:classes] / total[classes:] * 1e5
    listed = ", ".join(f"{edge}+ {rate:.2f}" for edge, rate in zip(MUTUAL_EDGES, rates, strict=True))
    detail = (
        f"curvature {bend[0]:.3f} ({bend[1]:.3f} to {bend[2]:.3f}); "
        f"jobs per 100,000 tie-days by mutual contacts: {listed}"
    )
    n = float(total[:classes].sum())
    if bend[0] >= 0:
        verdict = OUTSIDE if bend[1] > 0 else UNDECIDED
        return _finding("P7", (_NAN, _NAN, _NAN), verdict, level, n, tables, f"no peak: {detail}")

    def peak(total: Floats) -> float:
        _, slope, square = curve(total)
        return float(-slope / (2 * square))

    middle = jackknife(sums, peak, level)
    low, value, high = (float(np.expm1(np.clip(v, 0.0, 12.0))) for v in (middle[1], middle[0], middle[2]))
    verdict = _all_of(judged(low, high, _band(evidence("P7"))), judged(bend[1], bend[2], (-np.inf, 0.0)))
    return _finding("P7", (value, low, high), verdict, level, n, tables, detail)


def former_coworker(tables: Tables, level: float) -> Finding:
    """P8: hires of displaced workers at firms with a former co-worker inside over firms without (Saygin et al. 2021).

    Denominator: pairs of displaced worker and firm. Mantel-Haenszel over cells of closing firm, field and hiring firm,
    so that the same firm is compared for people of the same trade laid off by the same closure.
    """
    return _from_judgement("P8", _rate("P8", "hire_ratio_inside", _band(evidence("P8")), tables, level))


def employed_contacts(tables: Tables, level: float) -> Finding:
    """P9: re-employment within a year by the share of former co-workers in work (Glitz 2017).

    Denominator: displaced workers who have former co-workers outside the closing firms. Linear probability of a job
    within a year on that share, with the logarithm of how many they are, ability, experience and field as controls;
    the number is the slope for ten points of the share.
    """
    left = tables.run.table("displaced", "person", "day", "former", "former_colleagues")
    one = left.groupby(["replication", "person"], as_index=False).agg(
        day=("day", "first"), former=("former", "first"), employed=("former_colleagues", "sum")
    )
    one = one[one["former"] > 0]
    if len(one) < 50:
        return _nothing("P9", level, tables, "Fewer than 50 displaced people with former co-workers.")
    taken = tables.run.table("jobs", "person", "start").merge(one[["replication", "person", "day"]])
    again = taken[(taken["start"] >= taken["day"]) & (taken["start"] <= taken["day"] + YEAR)]
    key = ["replication", "person"]
    one = one.merge(again[key].drop_duplicates().assign(again=1.0), on=key, how="left").merge(
        tables.run.table("persons", "ability", "experience", "field")[[*key, "ability", "experience", "field"]],
        on=key,
    )
    y = one["again"].fillna(0.0).to_numpy(np.float64)
    field = one["field"].to_numpy(np.int64)
    x = np.column_stack(
        [
            numbers(one, "employed") / numbers(one, "former"),
            np.log(numbers(one, "former")),
            numbers(one, "ability"),
            numbers(one, "experience"),
            field[:, None] == np.arange(int(field.max()) + 1),
        ]
    )
    k = x.shape[1]
    moments = np.hstack([(x[:, :, None] * x[:, None, :]).reshape(len(x), -1), x * y[:, None]])

    def slope(total: Floats) -> float:
        return 0.1 * float(np.linalg.lstsq(total[: k * k].reshape(k, k), total[k * k :], rcond=None)[0][0])

    interval = jackknife(_sums(tables, one["replication"], moments), slope, level)
    detail = (
        f"{y.mean():.0%} were re-employed within a year; the share of former co-workers in work has SD "
        f"{x[:, 0].std():.3f}"
    )
    return _finding("P9", interval, judged(*interval[1:], _band(evidence("P9"))), level, len(y), tables, detail)


def duration(tables: Tables, level: float) -> Finding:
    """P10: chance a week to find a job, weeks 27-44 of a search over weeks 9-26 (Calvó-Armengol and Jackson 2004).

    Denominator: person-weeks of jobless searches that began in the run, inside the window. Effort is held constant
    in this setting and no employer minds long searches. The first eight weeks are left out: what is decided then was
    begun before the search was under way. Mantel-Haenszel over fifths of ability and fields, so that the able leaving
    first is no part of it. The published sign is met if the ratio is below one.
    """
    spells = tables.run.table("spells", "person", "start", "end", "how", "employed")
    key = ["replication", "person"]
    spells = spells.merge(tables.run.table("persons", "ability", "field")[[*key, "ability", "field"]], on=key)
    spells = spells[~spells["employed"].to_numpy(bool) & (spells["start"] >= 0)]
    start, end = numbers(spells, "start"), numbers(spells, "end")
    until = np.where(np.isnan(end), tables.run.horizon, end)
    low, high = tables.run.window
    hired = found_a_job(spells)
    counts = []
    for first, last in (EARLY, LATE):
        opens = np.maximum(start + WEEK * (first - 1), low)
        closes = np.minimum(start + WEEK * last, high)
        time = np.clip(np.minimum(until, closes) - opens, 0.0, None)
        counts += [(hired & (end > opens) & (end <= closes)).astype(np.float64), time / WEEK]
    fifth = np.searchsorted(np.quantile(numbers(spells, "ability"), [0.2, 0.4, 0.6, 0.8]), numbers(spells, "ability"))
    cell = (
        pd.DataFrame(
            {
                "replication": spells["replication"].to_numpy(),
                "fifth": fifth,
                "field": spells["field"].to_numpy(),
                "early": counts[0],
                "early_weeks": counts[1],
                "late": counts[2],
                "late_weeks": counts[3],
            }
        )
        .groupby(["replication", "fifth", "field"], as_index=False)
        .sum()
    )
    weeks = (cell["early_weeks"] + cell["late_weeks"]).clip(lower=1e-9)
    columns = np.column_stack(
        [
            cell["late"] * cell["early_weeks"] / weeks,
            cell["early"] * cell["late_weeks"] / weeks,
            cell["late"],
            cell["late_weeks"],
            cell["early"],
            cell["early_weeks"],
        ]
    ).astype(np.float64)
    sums = _sums(tables, cell["replication"], columns)
    total = sums.sum(axis=0)
    if not (total > 0).all():
        return _nothing("P10", level, tables, "No jobs found early and late; simulate more.")
    interval = ratio_interval(sums, lambda s: float(s[0] / s[1]), level)
    detail = (
        f"weekly chance {total[4] / total[5]:.4f} in weeks {EARLY[0]}-{EARLY[1]}, "
        f"{total[2] / total[3]:.4f} in weeks {LATE[0]}-{LATE[1]}"
    )
    verdict = judged(interval[1], interval[2], (0.0, 1.0))
    return _finding("P10", interval, verdict, level, float(total[3]), tables, detail)


def quits(tables: Tables, level: float) -> Finding:
    """P11: by how much less often referred workers leave of their own will (Burks et al.).

    Denominator: years in jobs taken during the run, to the day of leaving or the end of the run. One minus the ratio
    of rates, referred over all others; leaving for another job counts as quitting, as it does for an employer.
    """
    low, high = _band(evidence("P11"))
    one = _rate("P11", "quit_ratio_referred", (1 - high, 1 - low), tables, level)
    return _from_judgement("P11", replace(one, value=1 - one.value, low=1 - one.high, high=1 - one.low))


def days_to_hire(tables: Tables, level: float) -> Finding:
    """P12: days from application to acceptance, referral over job board (Jobvite).

    Denominator: hires from applications of the window, by channel; a ratio of means, paired by replication.
    """
    return _from_published("P12", tables, level)


PATTERNS: dict[str, tuple[str, Pattern]] = {
    "P1": ("baseline", interview_ratio),
    "P2": ("baseline", hire_ratio),
    "P3": ("baseline", representation),
    "P4": ("baseline", hire_order),
    "P5": ("baseline", contact_share),
    "P6": ("large market", weak_ties),
    "P7": ("large market", mutual_contacts),
    "P8": ("displaced", former_coworker),
    "P9": ("displaced", employed_contacts),
    "P10": ("steady effort", duration),
    "P11": ("baseline", quits),
    "P12": ("baseline", days_to_hire),
}
"""The setting each row is measured in, and how."""


# ---- what several rows need ---------------------------------------------------------------------------------------


def _nothing(name: str, level: float, tables: Tables, why: str) -> Finding:
    return _finding(name, (_NAN, _NAN, _NAN), UNDECIDED, level, 0, tables, why)


def _searches_that_ended(tables: Tables) -> pd.DataFrame:
    spells = tables.run.table("spells", "person", "end", "how")
    return spells.loc[found_a_job(spells), ["replication", "person", "end"]]


def _sampled(tables: Tables) -> pd.DataFrame:
    ground = tables.run.table("exposure", "person", "strength", "mutual_contacts", "stands_for", "job", "day")
    return ground[~ground["job"].to_numpy(bool)]


def _led_to_a_job(tables: Tables) -> pd.DataFrame:
    """Return the ties into the firm at which a seeker took a job in the window: the search ended on that day."""
    both = tables.run.table("exposure", "person", "strength", "mutual_contacts", "job", "day")
    ended = _searches_that_ended(tables)
    # Hires are noted at the end of their day.
    ended = ended.assign(day=np.ceil(numbers(ended, "end")))[["replication", "person", "day"]].drop_duplicates()
    low, high = tables.run.window
    jobs = both[both["job"].to_numpy(bool) & (both["day"] >= low) & (both["day"] < high)]
    return jobs.assign(day=numbers(jobs, "day")).merge(ended, on=["replication", "person", "day"])


def _by_mutual(tables: Tables) -> tuple[Floats, Floats]:
    """Return jobs and tie-days by class of mutual contacts in each replication, and the mean logarithm of a class."""
    jobs = _led_to_a_job(tables)
    ground = _sampled(tables)
    classes = len(MUTUAL_EDGES)

    def spread(table: pd.DataFrame, weight: Floats) -> Floats:
        place = np.searchsorted(MUTUAL_EDGES, table["mutual_contacts"].to_numpy(np.int64), side="right") - 1
        return _sums(tables, table["replication"], (place[:, None] == np.arange(classes)) * weight[:, None])

    weight = numbers(ground, "stands_for") * EXPOSURE_EVERY
    sums = np.hstack([spread(jobs, np.ones(len(jobs))), spread(ground, weight)])
    place = np.searchsorted(MUTUAL_EDGES, ground["mutual_contacts"].to_numpy(np.int64), side="right") - 1
    size = np.bincount(place, minlength=classes)
    logarithm = np.bincount(place, weights=np.log1p(numbers(ground, "mutual_contacts")), minlength=classes)
    middle = np.log1p(np.asarray(MUTUAL_EDGES, dtype=np.float64))
    return sums, np.where(size > 0, logarithm / np.maximum(size, 1), middle)
