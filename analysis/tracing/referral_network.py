"""Who brought in whom: the hires through referrals in a replication, and the groups that they link."""

from __future__ import annotations

from dataclasses import dataclass

import igraph
import pandas as pd

from sim.runs.result import Result

# People shown at most, as whole groups.
PEOPLE = 40


@dataclass(frozen=True)
class Referrals:
    """Who brought in whom.

    Attributes
    ----------
    hires
        One row for each hire through a referral: referrer, person, accepted (day of the run), in order of time.
    shown
        The hires of the largest groups, about forty people at most.
    ties
        Pairs of shown people who know each other, where the table of the cast's ties has them.
    group
        People in the largest group.
    later
        People hired through a referral who afterwards brought in somebody themselves.
    """

    hires: pd.DataFrame
    shown: pd.DataFrame
    ties: list[tuple[int, int]]
    group: int
    later: int


def who_brought_whom(result: Result, replication: int = 0, person: int | None = None) -> Referrals:
    """Find the hires through referrals and the largest groups they link; the group of `person` is always shown."""
    sent = result.applications
    sent = sent[(sent["replication"] == replication) & (sent["channel"] == "referral") & sent["accepted"].notna()]
    hires = sent[["referrer", "person", "accepted"]].sort_values(["accepted", "person"], kind="stable")
    hires = hires.astype({"referrer": int, "person": int}).reset_index(drop=True)
    since = hires.groupby("person")["accepted"].min()
    later = int(hires.loc[hires["referrer"].map(since) < hires["accepted"], "referrer"].nunique())
    groups = [names for names, _ in groups_of(hires)]
    largest = len(groups[0]) if groups else 0
    groups.sort(key=lambda names: person not in names)
    drawn: set[int] = set()
    for names in groups:
        if drawn and len(drawn) + len(names) > PEOPLE:
            break
        drawn.update(names)
    pairs = result.ties[result.ties["replication"] == replication]
    pairs = pairs[pairs["person"].isin(drawn) & pairs["contact"].isin(drawn)]
    known = sorted({(int(min(a, b)), int(max(a, b))) for a, b in zip(pairs["person"], pairs["contact"], strict=True)})
    return Referrals(hires, hires[hires["person"].isin(drawn)], known, largest, later)


def groups_of(shown: pd.DataFrame) -> list[tuple[list[int], igraph.Graph]]:
    """Give the people of each group linked by hires, and their graph, the largest group first."""
    people = sorted({*shown["referrer"].tolist(), *shown["person"].tolist()})
    at = {person: place for place, person in enumerate(people)}
    edges = [(at[r], at[p]) for r, p in zip(shown["referrer"], shown["person"], strict=True)]
    whole = igraph.Graph(len(people), edges)
    groups = sorted(whole.connected_components(), key=lambda group: (-len(group), group[0]))
    return [([people[place] for place in group], whole.induced_subgraph(group)) for group in groups]
