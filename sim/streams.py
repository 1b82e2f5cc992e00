"""All randomness: generators by purpose, and keyed draws for things and pairs.

A *generator* serves crowds: one per named purpose, seeded from (seed, replication, name), so that adding a purpose
moves no other draw. A *keyed draw* belongs to a thing or a pair: it is a pure function of (seed, replication, name,
ids), so that the same application has the same luck in every arm of a comparison, whenever and however often it is
looked at.
"""

from __future__ import annotations

import hashlib

import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]

_FIRST = np.uint64(0xBF58476D1CE4E5B9)
_SECOND = np.uint64(0x94D049BB133111EB)
_STEP = np.uint64(0x9E3779B97F4A7C15)
_TO_UNIT = 2.0**-32


_MASK = 2**64 - 1
_HIGH, _THIRTY, _TWENTY_SEVEN, _THIRTY_ONE = np.uint64(32), np.uint64(30), np.uint64(27), np.uint64(31)


def _mix(bits: NDArray[np.uint64]) -> NDArray[np.uint64]:
    """Scramble 64-bit words in place: the finaliser of SplitMix64 (Steele, Lea and Flood 2014, variant 13)."""
    shifted = bits >> _THIRTY
    bits ^= shifted
    bits *= _FIRST
    np.right_shift(bits, _TWENTY_SEVEN, out=shifted)
    bits ^= shifted
    bits *= _SECOND
    np.right_shift(bits, _THIRTY_ONE, out=shifted)
    bits ^= shifted
    return bits


def _mix_one(bits: int) -> int:
    """`_mix` for a single Python integer: a numpy call on one number costs ten times as much."""
    bits = ((bits ^ (bits >> 30)) * int(_FIRST)) & _MASK
    bits = ((bits ^ (bits >> 27)) * int(_SECOND)) & _MASK
    return bits ^ (bits >> 31)


class Streams:
    """The random numbers of one replication.

    Parameters
    ----------
    seed : int
        Root seed of the experiment, 0 or more.
    replication : int
        Number of the replication, 0 or more; it enters the seed as a number, so that a replication's draws do not
        depend on how many replications run, or where.
    """

    def __init__(self, seed: int, replication: int) -> None:
        self._entropy = (int(seed), int(replication))
        self._generators: dict[str, np.random.Generator] = {}
        self._keys: dict[str, np.uint64] = {}

    def _sequence(self, name: str) -> np.random.SeedSequence:
        digest = hashlib.sha256(name.encode()).digest()
        words = [int.from_bytes(digest[i : i + 4], "little") for i in range(0, 16, 4)]
        return np.random.SeedSequence([*self._entropy, *words])

    def generator(self, name: str) -> np.random.Generator:
        """The one generator of a named purpose; asked again, the same object goes on where it was."""
        if name not in self._generators:
            self._generators[name] = np.random.Generator(np.random.SFC64(self._sequence(name)))
        return self._generators[name]

    def bits(
        self, name: str, first: ArrayLike, second: ArrayLike = 0, third: ArrayLike | None = None
    ) -> NDArray[np.uint64]:
        """64 random bits for each tuple of ids (integers in [0, 2**32)), the same whenever asked."""
        words = np.array(first, dtype=np.uint64, ndmin=1)
        words <<= _HIGH
        words = words | np.asarray(second, dtype=np.uint64)
        words *= _STEP
        words += self._key(name)
        _mix(words)
        if third is not None:
            words = words + (np.asarray(third, dtype=np.uint64) + np.uint64(1)) * _STEP
            _mix(words)
        return words

    def _key(self, name: str) -> np.uint64:
        if name not in self._keys:
            self._keys[name] = self._sequence(name).generate_state(1, np.uint64)[0]
        return self._keys[name]

    def one(self, name: str, first: int, second: int = 0) -> float:
        """The single draw `uniform(name, first, second)`, at a tenth of the cost."""
        word = (((int(first) << 32) | int(second)) * int(_STEP) + int(self._key(name))) & _MASK
        return ((_mix_one(word) >> 32) + 0.5) * _TO_UNIT

    def uniform(self, name: str, first: ArrayLike, second: ArrayLike = 0, third: ArrayLike | None = None) -> Floats:
        """Keyed draws from the open interval (0, 1)."""
        upper = self.bits(name, first, second, third) >> _HIGH
        return np.asarray((upper.astype(np.float64) + 0.5) * _TO_UNIT)

    def normal(self, name: str, first: ArrayLike, second: ArrayLike = 0, third: ArrayLike | None = None) -> Floats:
        """Keyed draws from the standard normal distribution (Box and Muller 1958, one of the pair)."""
        bits = self.bits(name, first, second, third)
        radius = ((bits >> _HIGH).astype(np.float64) + 0.5) * _TO_UNIT
        angle = (bits & np.uint64(0xFFFFFFFF)).astype(np.float64) * (2.0 * np.pi * _TO_UNIT)
        np.log(radius, out=radius)
        radius *= -2.0
        np.sqrt(radius, out=radius)
        np.cos(angle, out=angle)
        return np.asarray(radius * angle)

    def exponential(self, name: str, first: ArrayLike, second: ArrayLike = 0, third: ArrayLike | None = None) -> Floats:
        """Keyed draws from the exponential distribution with mean 1."""
        return np.asarray(-np.log(self.uniform(name, first, second, third)))
