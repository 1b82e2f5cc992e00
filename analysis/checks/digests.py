"""Digests of the columns of tables: whether two runs left the same tables.

Numbers with a fraction count to six digits (20 binary digits): another processor or numpy may compute the last digit of
a few of them otherwise, which says nothing of the model. Everything else counts exactly.
"""

from __future__ import annotations

import hashlib
import platform
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np

from analysis.tables.clusters import Floats

if TYPE_CHECKING:
    import pyarrow as pa

DIGESTED = 2
"""Replications whose tables are kept as digests."""
_HEX = 16  # 64 bits: two different columns share a digest by chance in 1 of 10^19
_BINARY_DIGITS = 20  # about six decimal ones


def column_digests(tables: Mapping[str, pa.Table]) -> dict[str, str]:
    """Return a digest of each column's type and values, by ``table.column``; it does not depend on the file format."""
    return {
        f"{name}.{column}": _digest(table.column(column))
        for name, table in tables.items()
        for column in table.column_names
    }


def _digest(column: pa.ChunkedArray) -> str:
    import pyarrow as pa

    array = column.combine_chunks()
    digest = hashlib.sha256(f"{array.type} {len(array)}".encode())
    if pa.types.is_floating(array.type):
        # NULL becomes NaN here: both say that there is no number.
        digest.update(six_digits(array.to_numpy(zero_copy_only=False)).tobytes())
        return digest.hexdigest()[:_HEX]
    digest.update(f" {array.null_count}".encode())
    if pa.types.is_dictionary(array.type):
        digest.update("\0".join(str(category) for category in array.dictionary.to_pylist()).encode())
        array = array.indices
    values = array.to_numpy(zero_copy_only=False)
    digest.update(repr(values.tolist()).encode() if values.dtype == object else np.ascontiguousarray(values).tobytes())
    return digest.hexdigest()[:_HEX]


def six_digits(values: Floats) -> Floats:
    """Round to 20 binary digits, which is six decimal ones; one NaN for all NaNs, and 0 for -0.

    Every step is exact or correctly rounded, so that the result is the same on every processor.
    """
    parts, exponents = np.frexp(np.asarray(values, dtype=np.float64))
    rounded = np.ldexp(np.rint(np.ldexp(parts, _BINARY_DIGITS)), exponents - _BINARY_DIGITS) + 0.0
    rounded[np.isnan(rounded)] = np.nan
    return np.asarray(rounded, dtype=np.float64)


def moved_columns(before: Sequence[Mapping[str, str]], now: Sequence[Mapping[str, str]]) -> tuple[str, ...]:
    """Return the columns present in both whose digests differ in any replication."""
    pairs = zip(before, now, strict=False)
    return tuple(sorted({name for old, new in pairs for name in old if new.get(name, old[name]) != old[name]}))


def added_and_gone(before: Mapping[str, str], now: Mapping[str, str]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return the columns that are new and those that are missing."""
    return tuple(sorted(now.keys() - before.keys())), tuple(sorted(before.keys() - now.keys()))


def made_with(versions: Mapping[str, str]) -> dict[str, str]:
    """Return what numbers may depend on other than our code: versions of the tools and the kind of machine."""
    try:
        from numpy._core._multiarray_umath import (  # type: ignore[import-not-found,unused-ignore]
            __cpu_features__ as features,
        )

        instructions = " ".join(sorted(name for name, has in features.items() if has))
    except ImportError:
        instructions = "unknown"
    return {
        **versions,
        "system": platform.system(),
        "machine": platform.machine(),
        "processor": hashlib.sha256(instructions.encode()).hexdigest()[:8],
    }
