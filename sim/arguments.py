"""Arguments of public functions are checked as they are called, by their names and their annotations.

A misspelt keyword, or a number where a path belongs, would else end in an error from deep inside.
"""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable, Iterable, Mapping
from functools import wraps
from numbers import Integral, Real
from typing import Any, TypeAlias

from sim.errors import did_you_mean, found

Kind: TypeAlias = tuple[Callable[[object], bool], str]
"""Tells whether a value is of this kind, and how a message calls the kind."""


def _is_a(name: str) -> Callable[[object], bool]:
    """Tell objects of a class by its name, so that nothing has to be imported to know them."""
    return lambda value: any(one.__name__ == name for one in type(value).__mro__)


def _is_path(value: object) -> bool:
    return hasattr(value, "__fspath__")


# What a word of an annotation allows, and how a message calls it. An annotation with any other word is not checked.
_KINDS: dict[str, Kind] = {
    "None": (lambda value: value is None, ""),
    "bool": (lambda value: isinstance(value, bool) or type(value).__name__ in ("bool_", "bool"), "True or False"),
    "int": (lambda value: isinstance(value, Integral) and not isinstance(value, bool), "a whole number"),
    "float": (lambda value: isinstance(value, Real) and not isinstance(value, bool), "a number"),
    "str": (lambda value: isinstance(value, str), "a text"),
    "Path": (_is_path, "a path"),
    "os.PathLike": (_is_path, "a path"),
    "Mapping": (lambda value: isinstance(value, Mapping), "a mapping such as {'population.people': 5000}"),
    "Overrides": (
        lambda value: value is None or isinstance(value, Mapping),
        "a mapping such as {'population.people': 5000}",
    ),
    "Sequence": (lambda value: isinstance(value, Iterable), "a list"),
    "Several": (lambda value: value is None or isinstance(value, Iterable), "a list of them"),
    "ScenarioLike": (
        lambda value: isinstance(value, str) or _is_path(value) or _is_a("Scenario")(value),
        "a scenario, its name, the path of its file",
    ),
    **dict.fromkeys(("Callable", "Progress", "Begins", "Told", "Watch"), (callable, "a function")),
    **{
        name: (_is_a(name), f"a {name}")
        for name in ("Scenario", "Result", "Sweep", "SweepData", "SweepResult", "Calibration", "Reference", "Executor")
    },
}

MOST_REPLICATIONS = 2**15 - 1
"""As many as the column that numbers them can tell apart."""
# Whole numbers that mean the same wherever they are taken, and the least and the most that each may be.
_MOST = {"replications": MOST_REPLICATIONS}
_LEAST = {
    "replications": 1,
    "workers": 1,
    "points": 1,
    "at_most": 2,
    "seed": 0,
    "replication": 0,
    "person": 0,
    "digests": 0,
}


def checked(public: Any, face: str, error: type[Exception]) -> Any:
    """Let a public function refuse arguments that it does not know, or that are of another kind, in one line.

    Parameters
    ----------
    public
        As it is defined; what is no function is returned as it is.
    face
        The package that offers it: where it is found again by its name.
    error
        What is raised.
    """
    if not inspect.isfunction(public):
        return public
    signature = inspect.signature(public)
    kinds = {name: _kinds(str(one.annotation)) for name, one in signature.parameters.items()}

    @wraps(public)
    def call(*given: Any, **named: Any) -> Any:
        problem = _problem(public.__name__, signature, kinds, given, named)
        if problem:
            raise error(problem)
        return public(*given, **named)

    call.__module__ = face  # otherwise it could not be sent to another process
    return call


def _kinds(annotation: str) -> list[Kind] | None:
    """Return what an annotation allows; None where it says more than is known here."""
    plain = annotation
    while (shorter := re.sub(r"\[[^\[\]]*\]", "", plain)) != plain:
        plain = shorter
    words = [word.strip(" '\"") for word in plain.split("|")]
    return [_KINDS[word] for word in words] if all(word in _KINDS for word in words) else None


def _problem(
    name: str,
    signature: inspect.Signature,
    kinds: Mapping[str, list[Kind] | None],
    given: tuple[Any, ...],
    named: Mapping[str, Any],
) -> str:
    """Say in one line what is wrong with the arguments of a call; nothing where all is well."""
    parameters = signature.parameters
    if not any(one.kind is one.VAR_KEYWORD for one in parameters.values()):
        for word in named:
            if word not in parameters:
                near = did_you_mean(word, parameters) or f"; its arguments are {', '.join(parameters) or 'none'}"
                return f"{name}: has no argument '{word}'{near}"
    try:
        arguments = signature.bind(*given, **named).arguments
    except TypeError as problem:
        return f"{name}: {problem}; its arguments are {', '.join(parameters) or 'none'}"
    several = (inspect.Parameter.VAR_POSITIONAL, inspect.Parameter.VAR_KEYWORD)
    for word, value in arguments.items():
        allowed = kinds[word]
        if allowed is None or parameters[word].kind in several or value is parameters[word].default:
            continue
        if type(value).__name__ in ("Result", "DataFrame") and word == "name":
            continue  # in the place of the other: the function knows better words for it
        least = _LEAST.get(word)
        most = _MOST.get(word)
        if least is not None and not (_KINDS["int"][0](value) and least <= value and (most is None or value <= most)):
            return f"{word}: found {_shown(value)}; expected a whole number {between(least, most)}"
        if not any(test(value) for test, _ in allowed):
            return f"{word}: found {_shown(value)}; expected {_any_of(called for _, called in allowed if called)}"
    return ""


def between(least: int, most: int | None) -> str:
    """Write the limits of a whole number, after 'a whole number': from the least to the most, if there is one."""
    return f"of at least {least}" if most is None else f"from {least} to {most:,}"


def _shown(value: object) -> str:
    return found(value) if value is None or isinstance(value, str | bool | Real) else f"a {type(value).__name__}"


def _any_of(kinds: Iterable[str]) -> str:
    """Write ``a, b or c``."""
    several = list(dict.fromkeys(kinds))
    return " or ".join([", ".join(several[:-1]), several[-1]] if len(several) > 1 else several)
