"""Tables as a report makes them, written by hand, and the charts that are drawn of them."""

from collections.abc import Callable

import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from analysis.presentation import wording
from analysis.reporting import charts
from analysis.reporting.time_chart import time_to_response

NAN = float("nan")


METHOD = "Student t over 4 replications"


def response() -> pd.DataFrame:
    return pd.DataFrame(
        {
            "channel": ["direct", "referral", "recruiter"],
            "n": [248068, 16160, 9641],
            "count": [8082, 4065, 1264],
            "rate": [0.0326, 0.2515, 0.1311],
            "low": [0.0314, 0.2369, 0.1158],
            "high": [0.0338, 0.2662, 0.1464],
            "level": 0.95,
            "method": METHOD,
            "band_low": [0.02, 0.2, 0.1],
            "band_high": [0.05, 0.4, 0.15],
            "verdict": ["holds", "fails", "undecided"],
        }
    )


def funnel() -> pd.DataFrame:
    shares = {
        "direct": [1, 0.645, 0.0326, 0.0304, 0.0071, 0.0062],
        "referral": [1, 0.987, 0.25, 0.196, 0.063, 0.055],
        "recruiter": [1, 0.355, 0.131, 0.129, 0.041, 0.037],
    }
    return pd.DataFrame(
        [
            {
                "channel": channel,
                "stage": stage,
                "n": 10000,
                "count": round(1_000_000 * share),
                "rate": share,
                "low": NAN if stage == "sent" else 0.9 * share,
                "high": NAN if stage == "sent" else min(1.1 * share, 1),
                "level": 0.95,
                "method": "" if stage == "sent" else METHOD,
            }
            for channel, row in shares.items()
            for stage, share in zip(wording.STAGE_LABELS, row, strict=True)
        ]
    )


def curve() -> pd.DataFrame:
    days = np.arange(0, 60.5, 0.5)
    speeds = {"direct": (0.033, 8.0), "referral": (0.25, 0.7), "recruiter": (0.13, 2.0)}
    return pd.concat(
        [
            pd.DataFrame(
                {
                    "channel": channel,
                    "days": days,
                    "incidence": top * (1 - np.exp(-days / wait)),
                    "low": 0.93 * top * (1 - np.exp(-days / wait)),
                    "high": 1.07 * top * (1 - np.exp(-days / wait)),
                    "at_risk": (1_556_748 * np.exp(-days / 40)).astype(int),
                    "n": 1000,
                    "level": 0.95,
                    "method": METHOD,
                }
            )
            for channel, (top, wait) in speeds.items()
        ],
        ignore_index=True,
    )


def days() -> pd.DataFrame:
    half = {"direct": 13.2, "referral": 1.5, "recruiter": 3.0}
    return pd.DataFrame(
        [
            {
                "channel": channel,
                "quantile": q,
                "days": middle * 2 * q,
                "low": middle * 1.9 * q,
                "high": middle * 2.1 * q,
                "n": 812,
                "mean": middle,
                "level": 0.95,
            }
            for channel, middle in half.items()
            for q in (0.25, 0.5, 0.75, 0.9)
        ]
    )


def effects() -> pd.DataFrame:
    return pd.DataFrame(
        {
            "term": ["referral", "recruiter", "match", "goodwill"],
            "kind": ["channel", "channel", "slope", "slope"],
            "label": [
                "Referral instead of direct application",
                "Recruiter approach instead of direct application",
                "Match of person and opening",
                "Goodwill of the referrer",
            ],
            "reference": ["direct", "direct", "", ""],
            "step": [1, 1, 0.99, 0.49],
            "effect": [0.122, 0.0295, 0.0494, 0.004],
            "low": [0.117, 0.0254, 0.0483, -0.002],
            "high": [0.127, 0.0336, 0.0505, 0.0106],
            "p": [0, 0, 0, 0.2],
            "n": [273869, 273869, 273869, 16160],
            "level": 0.95,
            "unadjusted": [0.219, 0.0985, NAN, NAN],
        }
    )


def of_a_small_run(table: pd.DataFrame, value: str) -> pd.DataFrame:
    """Return a table as a run of two replications gives it: wide intervals, made in two ways."""
    wide = table.assign(low=0.1 * table[value], high=2.5 * table[value])
    if "method" not in table:
        return wide
    wilson = (np.arange(len(table)) % 2 == 0) & (table["method"] != "")
    wide.loc[wilson, "method"] = "Wilson with an effective number of 312"
    return wide


def small_response() -> pd.DataFrame:
    return of_a_small_run(response(), "rate")


def small_days() -> pd.DataFrame:
    return of_a_small_run(days(), "days")


DRAW: dict[str, Callable[[str, float], Figure]] = {
    "response": lambda title, width: charts.response_by_channel(response(), title=title, width=width),
    "funnel": lambda title, width: charts.funnel(funnel(), title=title, width=width),
    "time_to_response": lambda title, width: time_to_response(curve(), days(), title=title, width=width),
    "effects": lambda title, width: charts.effects(effects(), title=title, width=width),
}

SMALL: dict[str, Callable[[str, float], Figure]] = {
    "response of a small run": lambda title, width: charts.response_by_channel(
        small_response(), title=title, width=width
    ),
    "funnel of a small run": lambda title, width: charts.funnel(
        of_a_small_run(funnel(), "rate"), title=title, width=width
    ),
    "time of a small run": lambda title, width: time_to_response(
        of_a_small_run(curve(), "incidence"), small_days(), title=title, width=width
    ),
}
