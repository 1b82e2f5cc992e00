"""Inputs for readers of users' files: valid ones whose content is known, in many forms, and samples broken at random.

Each is made from a seed alone, so that a failing one can be made again.
"""

from __future__ import annotations

import datetime as dt
import io
import os
import random
from collections.abc import Sequence
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

MANY = int(os.environ.get("REFERRALSIM_INPUTS", "0"))
SEED = 11
FOREIGN = (
    "pandas", "dtype", "DataFrame", "Traceback", "object at 0x", "pydantic", "Input should", "String should",
    "ruamel", "numpy", "Node(", "Place(", "Parameter(", "<class", "NoneType", "Errno", "codec can't", "<block",
    "<scalar", "token", "hexdecimal", "node content",
)  # fmt: skip
"""Words of libraries, which nobody who wrote a file should have to read."""

_TOKENS = (
    b",", b";", b"\t", b"|", b"\n", b"\r", b'"', b"'", b"0", b"1", b"-1", b"1e400", b"nan", b"inf", b"NA", b"\xff",
    b"\x00", b"#", b"%", b"[", b"]", b"<", b">", b"{", b" ", b"*Vertices 3\n", b"*Arcs\n", b"graph [", b"source",
    b"target",
    b"person,contact\n", b"9" * 50, "é٣²".encode(), b"\xef\xbb\xbf", b"0,3", b"2026-02-30", b"99999-01-01", b"=1+1",
    b"wave", b"\x85", b"\x1e", b"True", b"%%MatrixMarket matrix coordinate\n", b".", b"\xe2\x80\xa8",
)  # fmt: skip


def seeds(usual: int) -> range:
    """Seeds of a test: as many as usual, or as many as the environment asks for."""
    return range(SEED * 1_000_000, SEED * 1_000_000 + (MANY or usual))


def broken(sample: bytes, seed: int) -> bytes:
    """A sample with one to four places changed, cut out or doubled."""
    luck = random.Random(seed)
    data = bytearray(sample[: luck.choice([20_000, 20_000, 20_000, 600, 100])])
    for _ in range(luck.choice([1, 1, 1, 1, 2, 4])):
        at, kind = luck.randrange(len(data) + 1), luck.random()
        if kind < 0.4:
            data[at:at] = luck.choice(_TOKENS)
        elif kind < 0.6:
            del data[at : at + luck.randrange(1, 12)]
        elif kind < 0.75:
            data[at : at + 1] = bytes([luck.randrange(256)])
        elif kind < 0.9:
            data[at : at + luck.randrange(6)] = luck.choice(_TOKENS)
        else:
            other = luck.randrange(len(data) + 1)
            data[at:at] = data[min(at, other) : max(at, other)][:200]
    return bytes(data)


# ---- networks -------------------------------------------------------------------------------------------------------


def network(seed: int) -> tuple[bytes, set[tuple[str, str]], int]:
    """A file of ties; returns it, the directed ties by the names of their ends, and how many people it lists."""
    luck = random.Random(seed)
    people = luck.randrange(4, 15)
    style = luck.choice(["from 0", "from 1", "gaps", "names", "floats"])
    numbers = sorted(luck.sample(range(2, 90_000), people))
    names = [
        {"from 1": str(at + 1), "gaps": str(numbers[at]), "names": f"n{at:02d} x", "floats": f"{at}.0"}.get(
            style, str(at)
        )
        for at in range(people)
    ]
    every = [(a, b) for a in range(people) for b in range(people) if a != b]
    ties = luck.sample(every, luck.randrange(3, min(len(every), 40)))
    form = luck.choice(["rows", "rows", "rows", "matrix", "gml", "graphml", "pajek"])
    if form in ("rows", "matrix"):
        text = _rows(luck, ties, names, style) if form == "rows" else _matrix(luck, ties, names)
        listed = people if form == "matrix" else len({end for tie in ties for end in tie})
    else:
        names = [str(at) for at in range(people)]
        text, listed = _graph(luck, form, ties, people), people
    coding = luck.choice(["utf-8", "utf-8-sig"]) if form == "rows" else "utf-8"
    return text.encode(coding), {(names[a], names[b]) for a, b in ties}, listed


def _rows(luck: random.Random, ties: Sequence[tuple[int, int]], names: Sequence[str], style: str) -> str:
    mark = luck.choice([",", ";", "\t", "|", " "])
    quote = '"' if " " in names[0] and mark == " " else ""
    heads = [("person", "contact"), ("Source", "Target"), ("FROM", "TO"), ("ego", "alter"), ("node_1", "node_2")]
    head = list(luck.choice(heads)) + (["weight"] if luck.random() < 0.4 else [])
    lines = [[f"{quote}{names[a]}{quote}", f"{quote}{names[b]}{quote}", "0.5"][: len(head)] for a, b in ties]
    lines += [list(line) for line in luck.sample(lines, luck.randrange(0, 3))]  # twice
    if luck.random() < 0.3:
        lines.append([*[f"{quote}{names[ties[0][0]]}{quote}"] * 2, "1"][: len(head)])  # oneself
    rows = [head, *lines] if style == "names" or luck.random() < 0.7 else lines
    comments = "# made up\n" if luck.random() < 0.3 else ""
    return comments + luck.choice(["\n", "\r\n"]).join(mark.join(row) for row in rows) + "\n"


def _matrix(luck: random.Random, ties: Sequence[tuple[int, int]], names: Sequence[str]) -> str:
    there = set(ties)
    mark = luck.choice([",", ";", "\t"])
    rows = [["id", *names]]
    rows += [[name, *("1" if (a, b) in there else "0" for b in range(len(names)))] for a, name in enumerate(names)]
    return "\n".join(mark.join(row) for row in rows) + "\n"


def _graph(luck: random.Random, form: str, ties: Sequence[tuple[int, int]], people: int) -> str:
    if form == "pajek":
        nodes = "".join(f'{at + 1} "p {at}"\n' for at in range(people))
        return f"*Vertices {people}\n{nodes}*Arcs\n" + "".join(f"{a + 1} {b + 1} 1\n" for a, b in ties)
    if form == "gml":
        nodes = "".join(f'  node [ id {at} label "p {at}" ]\n' for at in range(people))
        edges = "".join(f"  edge [ source {a} target {b} value {luck.random():.3f} ]\n" for a, b in ties)
        return f"graph [\n  directed 1\n{nodes}{edges}]\n"
    nodes = "".join(f"<node id='p{at}'/>" for at in range(people))
    edges = "".join(f"<edge source='p{a}' target='p{b}'/>" for a, b in ties)
    return f"<?xml version='1.0'?><graphml><graph edgedefault='directed'>{nodes}{edges}</graph></graphml>"


# ---- tables of applications -----------------------------------------------------------------------------------------


def log(seed: int) -> tuple[bytes, dict[str, tuple[int, int]]]:
    """A table of applications; returns it, and how many of each channel were answered, and sent."""
    luck = random.Random(seed)
    first = dt.date(2026, 1, 14)
    form = luck.choice(["days", "iso", "dots", "day first", "month first", "words", "clock"])
    flags = luck.choice([None, None, ("yes", "no"), ("1", "0"), ("TRUE", "FALSE"), ("Y", "N")])
    counts: dict[str, tuple[int, int]] = {}
    rows = []
    for at in range(luck.randrange(3, 30)):
        channel = luck.choice(["direct", "referral", "recruiter"])
        sent, answered = at * 2 + 3, luck.random() < 0.4
        k, n = counts.get(channel, (0, 0))
        counts[channel] = (k + answered, n + 1)
        said = _time(first, sent + luck.randrange(59), form) if answered else ""
        if flags is not None:
            said = flags[0] if answered else flags[1]
        rows.append([luck.choice([channel, channel.upper(), channel.title()]), _time(first, sent, form), said])
    mark = luck.choice([",", ";", "\t"])
    head = ["channel", "sent", "responded"]
    text = luck.choice(["\n", "\r\n"]).join(mark.join(row) for row in [head, *rows]) + "\n"
    return text.encode(luck.choice(["utf-8", "utf-8-sig", "utf-16"])), counts


def _time(first: dt.date, day: int, form: str) -> str:
    date = first + dt.timedelta(days=day)
    forms = {"days": str(day), "iso": "%Y-%m-%d", "dots": "%d.%m.%Y", "day first": "%d/%m/%Y",
             "month first": "%m/%d/%Y", "words": "%d %b %Y", "clock": "%Y-%m-%dT09:30:00Z"}  # fmt: skip
    return date.strftime(forms[form])


# ---- tables of points -----------------------------------------------------------------------------------------------


def points(seed: int) -> tuple[str, bytes, list[dict[str, Any]]]:
    """A table of points; returns the ending of its name, the file, and the values of each point."""
    luck = random.Random(seed)
    number = luck.randrange(1, 12)
    values = [
        {
            "screening.resumes_per_review": luck.randrange(1, 100),
            "recruiters.sourced": luck.randrange(0, 100) / 100,
            "mechanisms.recruiters": luck.random() < 0.5,
            "time.window": float(7 * luck.randrange(5, 50)),
        }
        for _ in range(number)
    ]
    columns = luck.sample(list(values[0]), luck.randrange(1, 5))
    rows = [{name: row[name] for name in columns} for row in values]
    if luck.random() < 0.3:
        kinds = {"recruiters.sourced": luck.choice([pa.float32(), pa.float64()])}
        table = pa.table({name: pa.array([row[name] for row in rows], kinds.get(name)) for name in columns})
        file = io.BytesIO()
        pq.write_table(table, file)
        return ".parquet", file.getvalue(), rows
    mark = luck.choice([";", "\t"])
    lines = [columns, *([_cell(luck, name, row[name]) for name in columns] for row in rows)]
    return (
        ".csv",
        ("\n".join(mark.join(line) for line in lines) + "\n").encode(luck.choice(["utf-8", "utf-8-sig"])),
        rows,
    )


def _cell(luck: random.Random, name: str, value: Any) -> str:
    if isinstance(value, bool):
        return luck.choice(["on", "true", "TRUE"] if value else ["off", "false", "FALSE"])
    if name == "time.window":
        return luck.choice([f"{value:g}", f"{value / 7:g} weeks", f"{value:g} days"])
    if name == "recruiters.sourced":
        return luck.choice(
            [f"{value:.2f}", f"{value:.2f}".replace(".", ","), f"{100 * value:.0f}%", f"{100 * value:.0f} %"]
        )
    return str(value)
