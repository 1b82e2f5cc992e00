"""Applications drawn from a known truth: clustered by person and by opening, with a known marginal rate.

Each person and each opening has a normal effect and an answer comes where the sum of effects and noise passes a
threshold, so the marginal rate is exact, and the correlation inside clusters is set by the shares of variance.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy import stats


@dataclass(frozen=True)
class Truth:
    """What the rows are drawn from: answered rates, and shares of variance by person, opening and replication."""

    rates: dict[str, float]
    person_share: float = 0.0
    opening_share: float = 0.0
    replication_share: float = 0.0
    rows: int = 400
    people: int = 60
    openings: int = 60
    replications: int = 1


def draw(truth: Truth, rng: np.random.Generator) -> pd.DataFrame:
    """Draw a table; the marginal chance of an answer by each channel is exactly ``truth.rates``."""
    parts = []
    noise = 1 - truth.person_share - truth.opening_share - truth.replication_share
    for replication in range(truth.replications):
        people = rng.normal(size=truth.people) * truth.person_share**0.5
        openings = rng.normal(size=truth.openings) * truth.opening_share**0.5
        market = rng.normal() * truth.replication_share**0.5
        for channel, rate in truth.rates.items():
            person = rng.integers(0, truth.people, truth.rows)
            opening = rng.integers(0, truth.openings, truth.rows)
            latent = people[person] + openings[opening] + market + rng.normal(size=truth.rows) * noise**0.5
            sent = rng.uniform(0, 300, truth.rows)
            hit = latent < stats.norm.ppf(rate)
            parts.append(
                pd.DataFrame(
                    {
                        "replication": replication,
                        "person": person,
                        "opening": opening,
                        "channel": channel,
                        "sent": sent,
                        "responded": np.where(hit, sent + rng.exponential(8, truth.rows).clip(0.01, 59), np.nan),
                    }
                )
            )
    return pd.concat(parts, ignore_index=True)


def counts(**channels: tuple[int, int]) -> pd.DataFrame:
    """Return observed rows without identifiers: ``counts(direct=(answered, sent))``."""
    parts = [
        pd.DataFrame({"channel": name, "sent": 0.0, "responded": [3.0] * hit + [np.nan] * (n - hit)})
        for name, (hit, n) in channels.items()
    ]
    return pd.concat(parts, ignore_index=True)


def staged(rows: list[tuple[str, int]]) -> pd.DataFrame:
    """Return one row per (channel, how many of read, response, interview, offer, hire were reached in turn)."""
    names = ("read", "responded", "interviewed", "offered", "accepted")
    return pd.DataFrame(
        [
            {
                "channel": channel,
                "sent": 0.0,
                **{name: (place + 1.0 if place < depth else np.nan) for place, name in enumerate(names)},
            }
            for channel, depth in rows
        ]
    )


def logit_table(
    rng: np.random.Generator,
    *,
    rows: int = 1500,
    people: int = 100,
    intercept: float = -2.0,
    referral: float = 1.0,
    experience: float = 0.3,
) -> pd.DataFrame:
    """Draw answers from a logit with known coefficients; a person's rows share experience and, half the time, luck.

    Sharing the uniform draw makes rows of a person dependent and leaves every marginal chance exactly logistic.
    """
    person = rng.integers(0, people, rows)
    known = rng.normal(size=people)[person]
    by_referral = (rng.random(people) < 0.4)[person]
    luck = np.where(rng.random(rows) < 0.5, rng.random(people)[person], rng.random(rows))
    chance = 1 / (1 + np.exp(-(intercept + referral * by_referral + experience * known)))
    return pd.DataFrame(
        {
            "channel": np.where(by_referral, "referral", "direct"),
            "person": person,
            "opening": np.arange(rows),
            "experience": known,
            "sent": 0.0,
            "responded": np.where(luck < chance, 5.0, np.nan),
        }
    )
