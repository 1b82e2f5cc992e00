"""Files broken at random: by bytes, by tokens, and by structure; each from a seed, so that it can be made again."""

from __future__ import annotations

import json
import random
from collections.abc import Iterator
from itertools import pairwise
from typing import Any

import generated_inputs
from ruamel.yaml import YAML

# Values that a file of numbers and names should not be shaken by, as they stand in YAML or JSON.
_VALUES = (
    "null", "~", "true", "off", "[]", "{}", '""', '" "', "-1", "0", "-0.0", "1e400", "-1e999", "1e-320", "9" * 50,
    "9" * 400, "9" * 5000, "0x" + "f" * 60, ".nan", ".inf", "-.Inf", "NaN", "Infinity", "-Infinity", "nan", "0.1.2",
    "1,5", "1_000", "12:30:00", "2026-02-30", "[1, 2]", "[[1], 2]", '{"a": 1}', '{"": ""}', "[null]", '"\\ud800"',
    '"\\udc80x"', '"\\u0000"', '"\\u001b[31m"', '"\\n::error::x"', '"\\u2028"', '"\\u202e"', '"\\ufeff"', '"é"',
    '"=1+1"', '"12 weeks"', '"3%"', '"1e999 days"', '"-5 %"', '"12 wekes"', '"1 per fortnight"',
    '"99999999999999999999 years"', '"%"', '" 5 "', "5.", ".5", "1e3", "010", "0o17", "baseline",
    '"eli.referral_response"', '"direct.response"', '"/dev/zero"', '".."', '"./"', '"a\\u0000b.yaml"', '"x.yaml"',
    '"' + "x" * 5000 + '"', '"' + "y/" * 3000 + '.yaml"', "!!python/object:os.system x", "!!binary aGk=", "!!float 1",
    "&a 1", "*a", "*nobody", "<<", "? x", "- 1", "| x", "> x", "@x", "`x`", "%x", "#", "'", '"', "[", "]", "{", "}",
    ":", ",", "\t", "---", "...", "\x85", "\u2028", "\x07", "٣", "²", "１２", "yes", "No", "1 " * 300,
)  # fmt: skip
_KEYS = (
    "", "<<", "null", "a.b", "cast", "cast.x", "cast..", ".", "..", "x" * 600, "é", "\u202e", "\x1b[2J",
    "\n::error::", "population", "population.people", "time.window", "expect", "extends", "scenario", "set", "vary",
    "fit", "to", "design", "points", "seed", "name", "log", "quantity", "within", "format", "values", "claims",
    "quantities", "0", "-", "true", "client",
)  # fmt: skip
_WHOLE = (
    b"", b"\n", b" ", b"\t", b"#", b"# only", b"---\n", b"---\n---\n", b"...\n", b"\xef\xbb\xbf", b"\xff\xfe",
    b"\x00" * 40, b"null", b"[]", b"{}", b'""', b"0", b"true", b"[" * 300, b"[" * 100_000, b"{" * 100_000,
    b'{"a":' * 100_000, b"- " * 3000, b"a: " * 3000, b"? " * 3000, b"&a " * 500, b"*a", b"&a [*a]", b"&a {a: *a}",
    b"%YAML 1.1\n---\na: 1", b"%TAG ! x\n---\n{}", b"PK\x03\x04" + b"\x00" * 50, b"%PDF-1.7\n", b"<!doctype html><p>",
    b"SQLite format 3\x00", b"\x1f\x8b\x08\x00", b"PAR1", "a: 1".encode("utf-16"), "a: 1".encode("utf-16-le"),
    "a: 1".encode("utf-32"), "a: é".encode("latin-1"), b"a: |\n", b"a: >\n b\n  c\n d", b"'" * 1001,
    b'"' + b"\\x" * 50, b"\\" * 99, bytes(range(256)), b"a: b: c", b"{a: 1", b'{"format": 2}', b'{"format": 1e999}',
    b'{"format": true}', b"x" * 1_000_001, b"!" * 100, b"a:\n\t- b", b"\r" * 50, b"a: 1\ra: 2",
    b"&" + b"a" * 5000 + b" 1", b"a" * 2000 + b": 1", b"? [a, b]\n: 1", b"? {a: 1}\n: 1", b"? |\n x\n: 1",
)  # fmt: skip

Pairs = list[list[Any]]


class _Group:
    """A mapping as pairs, in which a key can stand twice."""

    def __init__(self, pairs: Pairs) -> None:
        self.pairs = pairs


class _Raw(str):
    """A text that is written as it stands."""

    __slots__ = ()


def broken_yaml(sample: bytes, seed: int) -> bytes:
    """A YAML file broken at random."""
    return _broken(sample, seed, lambda text: YAML(typ="safe", pure=True).load(text))


def broken_json(sample: bytes, seed: int) -> bytes:
    """A JSON file broken at random; most are made short first, so that many can be read."""
    return _broken(sample, seed, json.loads)


def _broken(sample: bytes, seed: int, read: Any) -> bytes:
    luck = random.Random(seed)
    kind = luck.random()
    if kind < 0.04:
        return luck.choice(_WHOLE)
    if kind < 0.07 and read is not json.loads:
        return _bomb(luck)
    if kind < 0.25:
        return generated_inputs.broken(sample, seed)
    if kind < 0.45:
        return _by_tokens(luck, sample)
    tree = _tree(luck, read(sample.decode("utf-8-sig")), short=read is json.loads)
    for _ in range(luck.choice([1, 1, 1, 2, 3])):
        _change(luck, tree)
    return _text(tree, luck.choice([0, 0, 1])).encode("utf-8", "surrogatepass")


def _bomb(luck: random.Random) -> bytes:
    """Aliases of aliases, which would be millions of values if they were written out."""
    key, fold = luck.choice(["x", "population", "expect", "vary", "cast", "set"]), luck.randrange(2, 12)
    lines = ["a0: &a0 [1, 2, 3, 4, 5, 6, 7, 8, 9]"]
    for level in range(1, luck.randrange(2, 18)):
        item = f"*a{level - 1} "
        inner = ", ".join([item] * fold)
        lines.append(f"a{level}: &a{level} " + luck.choice([f"[{inner}]", f"{{a: {item}, b: {item}}}"]))
    return ("\n".join([*lines, f"{key}: *a{len(lines) - 1}"]) + "\n").encode()


def _by_tokens(luck: random.Random, sample: bytes) -> bytes:
    """Replace, drop, double or swap words and signs."""
    text = sample.decode("utf-8-sig")
    signs = set(" \n\t,:[]{}\"'#")
    edges = [0, *(at for at in range(1, len(text)) if text[at] in signs or text[at - 1] in signs), len(text)]
    tokens = [text[a:b] for a, b in pairwise(edges)]
    for _ in range(luck.choice([1, 1, 1, 2, 4])):
        at = luck.randrange(len(tokens))
        kind = luck.random()
        if kind < 0.5:
            tokens[at] = luck.choice(_VALUES)
        elif kind < 0.65:
            tokens[at] = ""
        elif kind < 0.75:
            tokens[at] *= luck.choice([2, 3, 50])
        elif kind < 0.9:
            other = luck.randrange(len(tokens))
            tokens[at], tokens[other] = tokens[other], tokens[at]
        else:
            tokens[at] = luck.choice(tokens) + luck.choice(_KEYS)
    return "".join(tokens).encode("utf-8", "surrogatepass")


# ---- by structure ---------------------------------------------------------------------------------------------------


def _tree(luck: random.Random, value: Any, *, short: bool) -> Any:
    """Make a tree of what was read; a short one keeps some of the entries of long groups."""
    if isinstance(value, dict):
        pairs = [[key, _tree(luck, part, short=short)] for key, part in value.items()]
        return _Group([pair for pair in pairs if luck.random() < 0.1] if short and len(pairs) > 14 else pairs)
    if isinstance(value, list):
        # Values of replications stay as many as they were.
        return [_tree(luck, part, short=short) for part in value]
    return value


def _places(tree: Any) -> Iterator[tuple[Any, int]]:
    """Yield every place of a value: the pairs or the list that it is in, and its number there."""
    inside = tree.pairs if isinstance(tree, _Group) else tree
    # Of long lists of numbers a few are enough.
    for at in range(min(len(inside), 30)):
        yield tree, at
        value = inside[at][1] if isinstance(tree, _Group) else inside[at]
        if isinstance(value, _Group | list):
            yield from _places(value)


def _change(luck: random.Random, tree: Any) -> None:
    """Change one value, key or group somewhere in a tree."""
    places = list(_places(tree))
    if not places:
        return
    group, at = luck.choice(places)
    inside = group.pairs if isinstance(group, _Group) else group
    other_group, other_at = luck.choice(places)
    kind = luck.random()
    if kind < 0.12:
        del inside[at]
    elif kind < 0.24 and isinstance(group, _Group):
        inside[at][0] = luck.choice(_KEYS) if luck.random() < 0.6 else luck.choice(inside)[0]
    elif kind < 0.32:
        again = inside[at]
        inside.insert(luck.randrange(len(inside) + 1), list(again) if isinstance(group, _Group) else again)
    elif kind < 0.4 and isinstance(group, _Group):
        inside.append([luck.choice(_KEYS), _Raw(luck.choice(_VALUES))])
    else:
        _set(group, at, _other(luck, _get(group, at), _get(other_group, other_at)))


def _get(group: Any, at: int) -> Any:
    return group.pairs[at][1] if isinstance(group, _Group) else group[at]


def _set(group: Any, at: int, value: Any) -> None:
    if isinstance(group, _Group):
        group.pairs[at][1] = value
    else:
        group[at] = value


def _other(luck: random.Random, value: Any, elsewhere: Any) -> Any:
    """Another value in place of one: a strange one, one from elsewhere, or the same one changed or wrapped."""
    kind = luck.random()
    if kind < 0.5:
        return _Raw(luck.choice(_VALUES))
    if kind < 0.6:
        # A copy: a group within itself could not be written.
        return _Raw(_text(elsewhere, 0))
    if kind < 0.7:
        deep = luck.choice([1, 1, 4, 15, 25, 300])
        left, right = luck.choice([("[", "]"), ('{"a": ', "}")])
        return _Raw(left * deep + _text(value, 0) + right * deep)
    if isinstance(value, int | float) and not isinstance(value, bool):
        factor = luck.choice([-1, 0, 1e-9, 1e9, 10, 0.5, 1.0000001])
        return _Raw(repr(value * factor)) if kind < 0.9 else str(value)
    if isinstance(value, list | _Group):
        return luck.choice([[], _Group([]), list(value) * 2 if isinstance(value, list) else [value]])
    return f"{value}{luck.choice(['x', ' ', '%', ' days', '0', 'é', chr(27), chr(10), '.', '.yaml'])}"


def _text(tree: Any, style: int) -> str:
    """Write a tree in a form that is JSON and YAML; at the top each entry begins a line."""
    if isinstance(tree, _Group):
        inner = (",\n" if style else ", ").join(f"{json.dumps(key)}: {_text(part, 0)}" for key, part in tree.pairs)
        return "{" + inner + "}"
    if isinstance(tree, list):
        return "[" + ", ".join(_text(part, 0) for part in tree) + "]"
    return str(tree) if isinstance(tree, _Raw) else json.dumps(tree, default=str, ensure_ascii=False)
