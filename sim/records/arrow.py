"""NumPy columns as Arrow, without copies."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    import pyarrow as pa


def as_category(codes: NDArray[Any], names: tuple[str, ...]) -> pa.DictionaryArray:
    """Codes as an Arrow column of words: code k is `names[k]`."""
    import pyarrow as pa

    ends = np.cumsum([0, *(len(name) for name in names)], dtype=np.int32)
    texts = pa.StringArray.from_buffers(len(names), pa.py_buffer(ends), pa.py_buffer("".join(names).encode("ascii")))
    return pa.DictionaryArray.from_arrays(_arrow(codes.astype(np.int8)), texts)


def _arrow(values: Any) -> pa.Array:
    """A column as Arrow, without a copy and without `pa.array`, which loads pandas: 50 MiB, a sixth of a second."""
    import pyarrow as pa

    if not isinstance(values, np.ndarray):
        return values
    n = len(values)
    if values.dtype == np.bool_:
        values = np.packbits(values, bitorder="little")
        return pa.Array.from_buffers(pa.bool_(), n, [None, pa.py_buffer(values)])
    values = np.ascontiguousarray(values)
    valid, missing = None, 0
    if values.dtype.kind == "f":
        there = ~np.isnan(values)
        missing = n - int(np.count_nonzero(there))
        # What never happened is NULL: a database counts NaN as a time.
        valid = pa.py_buffer(np.packbits(there, bitorder="little")) if missing else None
    return pa.Array.from_buffers(pa.from_numpy_dtype(values.dtype), n, [valid, pa.py_buffer(values)], missing)


def as_batch(columns: dict[str, Any]) -> pa.RecordBatch:
    """Columns of equal length, NumPy or Arrow, as one Arrow batch."""
    import pyarrow as pa

    return pa.RecordBatch.from_arrays([_arrow(column) for column in columns.values()], names=list(columns))


def scattered(n: int, where: NDArray[Any], values: NDArray[Any], empty: Any) -> NDArray[Any]:
    """A column of length `n` with `values` at the rows `where` and `empty` everywhere else."""
    column = np.full(n, empty, values.dtype)
    column[where] = values
    return column
