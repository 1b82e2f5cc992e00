"""What is wrong with a text that is no YAML, in words of who writes a file and not of who parses it."""

from __future__ import annotations

import re

from sim.errors import printable

# What the parser says, and what is said instead; first the names of its own.
_WORDS = (
    (r"'?<block mapping start>'?", "a group"),
    (r"'?<block sequence start>'?", "a list"),
    (r"'?<scalar>'?", "a value"),
    (r"'?<(alias|anchor)>'?", r"an \1"),
    (r"'?<(tag|directive)>'?", r"a \1"),
    (r"'?<stream end>'?", "the end of the file"),
    (r"end of stream", "end of the file"),
    (r"'?<document end>'?", "'...'"),
    (r"expected '<document start>', but found \((.*),\)", r"\1 stands where the file should end"),
    (r"'?<document start>'?", "'---'"),
    (r".*<block end>.*", "the line does not fit the indentation of those above it"),
    (
        r"^mapping values are not allowed here",
        "a ':' stands where no key can begin; check the indentation, or quote a text that holds ': '",
    ),
    (r"^mapping keys are not allowed here", "a '?' stands where no key can begin"),
    (r"^sequence entries are not allowed here", "a '-' stands where no entry of a list can begin"),
    (r"^could not find expected ':'", "a ':' is missing after a key"),
    (r"found character (.*) that cannot start any token", r"\1 cannot begin a value; quote the text"),
    (r"expected the node content", "expected a value"),
    (r"expected chomping or indentation indicators", "expected the end of the line after '|' or '>'"),
    (r"expected escape sequence of (\d) hexdecimal numbers", r"expected \1 hexadecimal digits in an escape"),
    (r"hexdecimal", "hexadecimal"),
    (r"intendation", "indentation"),
)


def what_is_wrong(problem: str) -> str:
    """Say why a text is not YAML, as the end of a sentence, from what the parser says."""
    if "'\\t'" in problem:
        return "a tab stands where YAML allows only spaces"
    problem = " ".join(problem.split())
    for pattern, words in _WORDS:
        problem = re.sub(pattern, words, problem)
    return printable(problem, 150)
