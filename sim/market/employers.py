"""Employers as columns."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sim.arrays import Bools, Floats
from sim.scenario.scenario import Scenario
from sim.streams import Streams


@dataclass(slots=True)
class Employers:
    """Employers, one row each: main field, relative size, and whether they send rejections.

    `size_ladder` is the running sum of sizes, used to draw an employer in proportion to size.
    """

    field: NDArray[np.int16]
    size: Floats
    notifies: Bools
    size_ladder: Floats = dataclasses.field(init=False)

    def __post_init__(self) -> None:
        self.size_ladder = np.cumsum(self.size)

    def __len__(self) -> int:
        return len(self.field)


def make_employers(scenario: Scenario, streams: Streams) -> Employers:
    """Make employers with log-normal sizes, each with a main field."""
    rng = streams.generator("employers")
    parameters = scenario.employers
    count = max(2, round(scenario.population.people * scenario.population.employed / parameters.mean_size))
    field = np.arange(count) % scenario.population.fields
    size = np.exp(parameters.size_spread * rng.standard_normal(count))
    notifies = rng.random(count) < parameters.notify
    return Employers(field.astype(np.int16), size, notifies)


def draw_employers(
    employers: Employers, field: NDArray[np.int16], own_field: float, fields: int, rng: np.random.Generator
) -> NDArray[np.int32]:
    """Draw an employer for each person by size, with chance `own_field` one whose main field is the person's."""
    anywhere = rng.choice(len(employers), size=len(field), p=employers.size / employers.size.sum())
    inside = rng.random(len(field)) < own_field
    for f in range(fields):
        mine = np.flatnonzero(employers.field == f)
        rows = np.flatnonzero(inside & (field == f))
        if len(mine) and len(rows):
            weight = employers.size[mine]
            anywhere[rows] = mine[rng.choice(len(mine), size=len(rows), p=weight / weight.sum())]
    return anywhere.astype(np.int32)
