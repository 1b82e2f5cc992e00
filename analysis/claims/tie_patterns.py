"""Patterns of ties that lead to jobs: weaker and stronger ties (P6), mutual contacts (P7)."""

from __future__ import annotations

import numpy as np
import pandas as pd
import statsmodels.api as sm

from analysis.claims.evidence import evidence
from analysis.claims.pattern_results import NAN, PatternResult, band_of, nothing, pattern_result, replication_sums
from analysis.claims.verdicts import Verdict, all_of, verdict
from analysis.estimation.jackknife import jackknife, ratio_interval
from analysis.tables.clusters import Floats
from analysis.tables.events import found_a_job, numbers
from analysis.tables.rows import reached
from analysis.tables.tables import Tables
from sim.records.observe import EXPOSURE_EVERY

MUTUAL_EDGES = (0, 1, 2, 3, 5, 8, 12, 16, 20, 30, 45)
"""Lower edges of the classes of mutual contacts; the last is open."""


def weak_ties(tables: Tables, level: float) -> PatternResult:
    """P6: share of contact jobs through weaker ties, while one stronger tie helps more (Gee, Jones and Burke 2017).

    Denominator of the share: jobs that seekers took in the window at a firm where one of their contacts already
    worked, however found, as in the publication; a job is the weaker ties' if no stronger tie led there. Weaker is
    below the strength from which a tie belongs to the innermost layer. Per tie: ties that led to a job over the
    tie-days of seekers, from the sample of their ties, stronger over weaker. The row holds only if both halves do.
    """
    layer = tables.run.scenario.network.close_layer
    led, ground = _led_to_a_job(tables), _sampled(tables)
    near, weight = numbers(ground, "strength") >= layer, numbers(ground, "stands_for")
    close = numbers(led, "strength") >= layer
    jobs = led.assign(close=close).groupby(["replication", "person", "day"], as_index=False)["close"].max()
    strongest = jobs["close"].to_numpy(bool)
    sums = np.hstack(
        [
            replication_sums(tables, jobs["replication"], np.column_stack([~strongest, strongest]).astype(np.float64)),
            replication_sums(tables, led["replication"], np.column_stack([~close, close]).astype(np.float64)),
            replication_sums(tables, ground["replication"], np.column_stack([~near * weight, near * weight])),
        ]
    )
    if not (sums.sum(axis=0) > 0).all():
        return nothing("P6", level, tables, "No contact jobs of both kinds; simulate more.")
    share = jackknife(sums, lambda s: float(s[0] / (s[0] + s[1])), level)
    per_tie = ratio_interval(sums, lambda s: float(s[3] / s[5] / (s[2] / s[4])), level)
    decided = all_of(verdict(share[1], share[2], band_of(evidence("P6"))), verdict(*per_tie[1:], (1.0, np.inf)))
    hires = tables.eligible.table
    hires = hires[reached(hires, "hire", tables.response_window)]
    referred = hires[np.asarray(hires["channel"] == "referral")]
    vouched = float(np.mean(numbers(referred, "tie_strength") < layer)) if len(referred) else NAN
    detail = (
        f"one stronger tie (from {layer:g}) brings {per_tie[0]:.2f} ({per_tie[1]:.2f} to {per_tie[2]:.2f}) "
        f"times the jobs of a weaker one; {vouched:.2f} of hires by referral were through a weaker tie"
    )
    return pattern_result("P6", share, decided, level, len(jobs), tables, detail)


def mutual_contacts(tables: Tables, level: float) -> PatternResult:
    """P7: number of mutual contacts at which a tie is most likely to lead to a job (Rajkumar et al. 2022).

    Denominator: ties of seekers to people employed elsewhere, by mutual contacts when looked at (sampled, weighted to
    tie-days). Transmission: the seeker takes a job at the contact's firm, however found, as in the publication. The
    peak is that of a Poisson regression on the logarithm of one plus mutual contacts and its square; it is interior
    only if the curve bends down and the peak lies within the classes seen.
    """
    sums, x = _by_mutual(tables)
    classes = len(MUTUAL_EDGES)
    if sums[:, :classes].sum() < classes:
        return nothing("P7", level, tables, "Too few jobs through ties; simulate more.")

    def curve(total: Floats) -> Floats:
        # Leaving one replication out can leave a class without ties; skip that class.
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
        decided: Verdict = "fails" if bend[1] > 0 else "undecided"
        return pattern_result("P7", (NAN, NAN, NAN), decided, level, n, tables, f"no peak: {detail}")

    def peak(total: Floats) -> float:
        _, slope, square = curve(total)
        return float(-slope / (2 * square))

    middle = jackknife(sums, peak, level)
    low, value, high = (float(np.expm1(np.clip(v, 0.0, 12.0))) for v in (middle[1], middle[0], middle[2]))
    decided = all_of(verdict(low, high, band_of(evidence("P7"))), verdict(bend[1], bend[2], (-np.inf, 0.0)))
    return pattern_result("P7", (value, low, high), decided, level, n, tables, detail)


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
        return replication_sums(tables, table["replication"], (place[:, None] == np.arange(classes)) * weight[:, None])

    weight = numbers(ground, "stands_for") * EXPOSURE_EVERY
    sums = np.hstack([spread(jobs, np.ones(len(jobs))), spread(ground, weight)])
    place = np.searchsorted(MUTUAL_EDGES, ground["mutual_contacts"].to_numpy(np.int64), side="right") - 1
    size = np.bincount(place, minlength=classes)
    logarithm = np.bincount(place, weights=np.log1p(numbers(ground, "mutual_contacts")), minlength=classes)
    middle = np.log1p(np.asarray(MUTUAL_EDGES, dtype=np.float64))
    return sums, np.where(size > 0, logarithm / np.maximum(size, 1), middle)
