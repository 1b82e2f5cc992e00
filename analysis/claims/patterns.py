"""The published patterns P1 to P12, each with its publication's own denominator; nothing is fitted to them.

Every function takes the tables of a run of several replications and returns a :class:`PatternResult`. Ratios of totals
get their intervals from `analysis.estimation.intervals`. Fitted numbers (a peak, a slope, a ratio over strata) are
functions of sums over replications; their intervals are Student's over the pseudo-values of the jackknife (Miller
1974).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import TypeAlias

import numpy as np

from analysis.claims.evidence import evidence
from analysis.claims.judging import check_claims
from analysis.claims.pattern_ratios import judge_pattern
from analysis.claims.pattern_results import NAN, PatternResult, band_of, from_judgement, judged_rate
from analysis.claims.search_patterns import duration, employed_contacts
from analysis.claims.tie_patterns import mutual_contacts, weak_ties
from analysis.tables.rows import reached
from analysis.tables.tables import Tables
from sim.scenario.claims import OrderClaim

Pattern: TypeAlias = Callable[[Tables, float], PatternResult]


def interview_ratio(tables: Tables, level: float) -> PatternResult:
    """P1: interviews per referral over interviews per job-board application (Brown, Setren and Topa 2016).

    Denominator: applications sent in the window and followed to its end, by channel. Interval on the logarithm,
    paired by replication.
    """
    return from_judgement("P1", judge_pattern("P1", tables, level))


def hire_ratio(tables: Tables, level: float) -> PatternResult:
    """P2: hires per referral over hires per job-board application (Brown, Setren and Topa 2016; Lever 2016).

    Denominator as P1.
    """
    return from_judgement("P2", judge_pattern("P2", tables, level))


def representation(tables: Tables, level: float) -> PatternResult:
    """P3: share of referrals among hires over their share among applicants (Lever; CareerPlug; Jobvite).

    Denominators: all hires and all applicants of all channels; algebraically the hire rate of referrals over that of
    everybody. Recruiters' approaches count as applications here, as sourced candidates do in applicant systems.
    """
    return from_judgement("P3", judge_pattern("P3", tables, level))


def hire_order(tables: Tables, level: float) -> PatternResult:
    """P4: hires per candidate in the order referral, sourced, applied (Lever 2016).

    Denominator: candidates by source: referrals handed in, approaches sent, direct applications. The model has no
    agencies; their place in the published order stays untested. The number is the smallest step, in hires
    per candidate.
    """
    claim = OrderClaim(order=("referral.hire", "recruiter.hire", "direct.hire"), confidence=level, source="evidence:P4")
    return from_judgement("P4", check_claims(tables, [claim])[0], "smallest step between neighbours")


def contact_share(tables: Tables, level: float) -> PatternResult:
    """P5: share of accepted jobs found through a contact (Granovetter 1973; Topa 2011).

    Denominator: jobs accepted from applications of the window. Through a contact means referred by one, or applied
    to an opening that a contact mentioned.
    """
    hires = tables.eligible.table
    hires = hires[reached(hires, "hire", tables.response_window)]
    alone = float(np.mean(hires["channel"] == "referral")) if len(hires) else NAN
    judged = judged_rate("P5", "contact_share_of_hires", band_of(evidence("P5")), tables, level)
    return from_judgement("P5", judged, f"referred alone {alone:.2f}")


def former_coworker(tables: Tables, level: float) -> PatternResult:
    """P8: hires of displaced workers at firms with a former co-worker inside over firms without (Saygin et al. 2021).

    Denominator: pairs of displaced worker and firm. Mantel-Haenszel over cells of closing firm, field and hiring firm,
    so that people of the same field, laid off by the same closure, are compared at the same firm.
    """
    return from_judgement("P8", judged_rate("P8", "hire_ratio_inside", band_of(evidence("P8")), tables, level))


def quits(tables: Tables, level: float) -> PatternResult:
    """P11: how much less often referred workers leave voluntarily (Burks et al.).

    Denominator: years in jobs taken during the run, to the day of leaving or the end of the run. One minus the ratio
    of rates, referred over all others; leaving for another job counts as quitting, as it does for an employer.
    """
    low, high = band_of(evidence("P11"))
    judged = judged_rate("P11", "quit_ratio_referred", (1 - high, 1 - low), tables, level)
    return from_judgement("P11", replace(judged, value=1 - judged.value, low=1 - judged.high, high=1 - judged.low))


def days_to_hire(tables: Tables, level: float) -> PatternResult:
    """P12: days from application to acceptance, referral over job board (Jobvite).

    Denominator: hires from applications of the window, by channel; a ratio of means, paired by replication.
    """
    return from_judgement("P12", judge_pattern("P12", tables, level))


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
"""The setting and the measurement of each row."""
