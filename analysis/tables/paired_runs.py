"""Two runs side by side, row by row: the same application, or the same opening, in both."""

from __future__ import annotations

from typing import Literal, get_args

import pandas as pd

from analysis.errors import AnalysisError
from analysis.tables.rows import need_columns
from analysis.tables.tables import Source, Tables, load
from sim.errors import did_you_mean

Paired = Literal["applications", "openings"]
KEYS: dict[str, list[str]] = {
    "applications": ["replication", "person", "opening_key", "channel"],
    "openings": ["replication", "opening_key"],
}


def paired(first: Source, second: Source, table: Paired = "applications") -> pd.DataFrame:
    """Join two runs of the same seed by what is the same in both.

    Openings are numbered as they come up, so from the first difference on the same number means different jobs. Their
    keys stay: growth counts its own openings, and a replacement is known by who left, and how often they had left
    before.

    Parameters
    ----------
    first, second
        Runs or run folders, of the same seed and number of replications.
    table
        ``applications``, joined by person, key of the opening and channel, or ``openings``, joined by key.

    Returns
    -------
    DataFrame
        The columns that identify a row, ``found_in`` (``both``, ``first``, ``second``), and every other column twice,
        with ``_first`` and ``_second`` after its name. Two openings share a key by chance in about one of a hundred
        replications of 5,000 openings; their rows are left out.

    Raises
    ------
    AnalysisError
        If the runs differ in seed or number of replications, or have no keys.
    """
    if table not in KEYS:
        known = get_args(Paired)
        raise AnalysisError(
            f"table: found {table!r}; expected one of {', '.join(known)}{did_you_mean(str(table), known)}."
        )
    runs = [load(source) for source in (first, second)]
    draws = [run.run.draws for run in runs]
    if draws[0] != draws[1]:
        texts = [f"seed {seed} with {number} replications" for seed, number in draws]
        raise AnalysisError(
            f"Only runs of the same draws can be joined row by row; the first has {texts[0]}, the second {texts[1]}."
        )
    keys = KEYS[table]
    sides = [_rows(run, table, keys) for run in runs]
    joined = sides[0].merge(sides[1], on=keys, how="outer", suffixes=("_first", "_second"), indicator="found_in")
    joined["found_in"] = joined["found_in"].cat.rename_categories({"left_only": "first", "right_only": "second"})
    return joined


def _rows(run: Tables, table: str, keys: list[str]) -> pd.DataFrame:
    rows = run.applications if table == "applications" else run.openings
    if rows is None:
        raise AnalysisError("This needs the openings table; give a run or a run folder, not applications only.")
    need_columns(rows, keys, "Joining two runs")
    rows = rows.assign(channel=rows["channel"].astype(str)) if "channel" in keys else rows
    return rows[~rows.duplicated(keys, keep=False)]
