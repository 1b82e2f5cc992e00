"""Which pattern or quantity each mechanism carries: switched off, that one moves, in the direction it should.

Paired by replication, as both arms share every draw that belongs to a person, an opening or a pair. A mechanism counts
as carrying its quantity when Student's one-sided 99.5 % limit of the mean difference over replications is beyond zero:
one false alarm in 200 for each of ten mechanisms, so at most one in 20 for all of them.
"""

from collections.abc import Callable
from functools import cache

import numpy as np
import pandas as pd
import pytest
from scipy import stats
from small_markets import Tables, tables_of

from sim import load_scenario
from sim.scenario.parameters import Mechanisms

pytestmark = pytest.mark.slow

SEED, REPLICATIONS, ONE_SIDED = 7, 10, 0.995
PEOPLE = 3000


def counted(tables: Tables) -> pd.DataFrame:
    """Applications of the window, followed to its end."""
    a = tables["applications"].to_pandas()
    return a[a.in_window & ~a.censored]


def interview_ratio(tables: Tables) -> float:
    """P1: interviews per referral over interviews per direct application."""
    a = counted(tables)
    rate = a.interviewed.notna().groupby(a.channel.astype(str)).mean()
    return float(rate["referral"] / rate["direct"])


def representation(tables: Tables) -> float:
    """P3: referrals' share of hires over their share of applications."""
    a = counted(tables)
    referral = a.channel == "referral"
    return float(referral[a.accepted.notna()].mean() / referral.mean())


def contact_share(tables: Tables) -> float:
    """P5: share of hires by a referral or from news a contact told."""
    a = counted(tables)
    hired = a[a.accepted.notna()]
    return float(((hired.channel == "referral") | (hired.heard_from >= 0)).mean())


def weaker_ties(tables: Tables) -> float:
    """P6: share of jobs at a contact's firm to which no tie of the innermost layer led."""
    x = tables["exposure"].to_pandas()
    led = x[x.job]
    return float(1.0 - (led.strength >= 0.75).groupby([led.person, led.day]).max().mean())


def days_ratio(tables: Tables) -> float:
    """P12: days to a hire, referral over direct."""
    a = counted(tables)
    mean = (a.accepted - a.sent).groupby(a.channel.astype(str)).mean()
    return float(mean["referral"] / mean["direct"])


def quit_rate(tables: Tables) -> float:
    """Behind P11: quits a year in jobs taken during the run, whose match is better than average."""
    jobs = tables["jobs"].to_pandas()
    years = (jobs.end.fillna(606.0) - jobs.start).sum() / 365.0
    return float((jobs.left_because == "quit").sum() / years)


def unwilling(tables: Tables) -> float:
    """Share of mentions and asks that end because the contact is not willing."""
    path = tables["pathway"].to_pandas()
    return float((path.reason[path.ended] == "unwilling").mean())


def degree(tables: Tables) -> float:
    """Contacts of a person at the end."""
    return float(tables["persons"].to_pandas().degree.mean())


def aim(tables: Tables) -> float:
    """Mean match of direct applications."""
    a = counted(tables)
    return float(a.match[a.channel == "direct"].mean())


def memory(tables: Tables) -> float:
    """Log weight of the next report by whoever's last interviewed candidate got an offer, less that of the others."""
    a = tables["applications"].to_pandas()
    r = a[(a.referrer >= 0)].sort_values(["referrer", "employer", "sent"], kind="stable")
    same = (r.referrer == r.referrer.shift()) & (r.employer == r.employer.shift()) & r.interviewed.shift().notna()
    # The interview before has been held when the next name is handed in.
    same &= r.interviewed.shift() < r.sent
    weight = np.log(r.report_precision[same])
    good = r.offered.shift().notna()[same]
    return float(weight[good].mean() - weight[~good].mean())


CARRIES: dict[str, tuple[Callable[[Tables], float], float]] = {
    "news": (contact_share, -1.0),
    "new_ties": (degree, -1.0),
    "goodwill": (unwilling, -1.0),
    "referrer_record": (memory, -1.0),
    "match_quits": (quit_rate, 1.0),
    "search_capital": (aim, -1.0),
    "vouching": (interview_ratio, -1.0),
    "priority_reading": (days_ratio, 1.0),
    "referrer_selection": (representation, -1.0),
    "tie_decay": (weaker_ties, -1.0),
}
"""What is measured of each mechanism, and where it moves when the mechanism is off."""


@cache
def measured(off: str) -> pd.DataFrame:
    """All measures in each replication, one mechanism off or none."""
    scenario = load_scenario(
        "baseline",
        {"population.people": PEOPLE, "audit.letter": False, **({f"mechanisms.{off}": False} if off else {})},
    )
    arms = [tables_of(scenario, SEED, r) for r in range(REPLICATIONS)]
    wanted = {measure for name, (measure, _) in CARRIES.items() if off in ("", name)}
    return pd.DataFrame({measure.__name__: [measure(tables) for tables in arms] for measure in wanted})


@pytest.mark.parametrize("name", CARRIES)
def test_each_mechanism_carries_what_is_said_of_it(name: str) -> None:
    measure, direction = CARRIES[name]
    moved = direction * (measured(name)[measure.__name__] - measured("")[measure.__name__]).to_numpy()
    assert not np.isnan(moved).any()
    limit = moved.mean() - stats.t.ppf(ONE_SIDED, REPLICATIONS - 1) * moved.std(ddof=1) / REPLICATIONS**0.5
    assert limit > 0


def test_the_mechanisms_of_relationships_are_all_here() -> None:
    elsewhere = {"referrals", "recruiters", "risk_aversion", "promotions", "turnover"}
    assert set(CARRIES) | elsewhere == set(Mechanisms.model_fields)
