"""The declaration of a parameter, and the conversion of written values."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from numbers import Integral, Real
from types import NoneType
from typing import Any, Literal, get_args, get_origin

from annotated_types import Ge, Gt, Le, Lt
from pydantic import BaseModel
from pydantic.fields import FieldInfo

from sim.display import Shown
from sim.errors import did_you_mean, found, is_unicode, printable
from sim.scenario.units import OFF, ON, UnitError, describe, exact_quantity, example, parse_quantity, switch_word

_CONTROL = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f]")
_SWITCH = {ON: True, OFF: False, "true": True, "false": False}


def written(value: object, digits: str = "g") -> str:
    """Write a value as in a scenario file: on or off, null, a number, a text.

    Parameters
    ----------
    value : object
        A value of a parameter.
    digits : str
        Format of a float; an empty one writes all digits.
    """
    if value is None:
        return "null"
    if isinstance(value, bool):
        return switch_word(value)
    return format(value, digits) if isinstance(value, float) else str(value)


@dataclass(frozen=True, slots=True, repr=False)
class Parameter(Shown):
    """One row of the table of parameters.

    Attributes
    ----------
    path : str
        Dotted path, such as ``population.people``.
    default : object
        Default value, in ``unit``.
    unit : str
        Unit of a plain number.
    type : str
        ``int``, ``float``, ``bool`` or ``text``.
    meaning, source : str
        Its meaning, and the source of its default.
    minimum, maximum : float or None
        Bounds in ``unit``; None where there is none.
    above_minimum, below_maximum : bool
        Whether the bound itself is excluded.
    optional : bool
        Whether ``null`` is a value.
    choices : tuple of str
        The texts to choose from; empty where any will do.
    """

    path: str
    default: Any
    unit: str
    type: str
    meaning: str
    source: str
    minimum: float | None = None
    maximum: float | None = None
    above_minimum: bool = False
    below_maximum: bool = False
    optional: bool = False
    choices: tuple[str, ...] = ()

    def shown(self) -> tuple[str, Mapping[str, object]]:
        """Name and facts to show at a prompt."""
        return self.path, {"default": self.written, "unit": self.unit, "meaning": self.meaning}

    @property
    def written(self) -> str:
        """The default as in a scenario file."""
        return written(self.default)

    @property
    def bounds(self) -> str:
        """The bounds in words, such as ``between 0 and 1`` or ``more than 0``; empty where there are none."""
        low, high = self.minimum, self.maximum
        if low is not None and high is not None and not self.above_minimum and not self.below_maximum:
            return f"between {_number(low)} and {_number(high)}"
        words = []
        if low is not None:
            words.append(f"{'more than' if self.above_minimum else 'at least'} {_number(low)}")
        if high is not None:
            words.append(f"{'less than' if self.below_maximum else 'at most'} {_number(high)}")
        return " and ".join(words)

    @property
    def expected(self) -> str:
        """Valid values in words, with an example."""
        null = ", or null" if self.optional else ""
        if self.choices:
            return f"one of {', '.join(self.choices)}{null}"
        if self.type in ("bool", "text"):
            return describe(self.unit) + null
        comma = "," if self.bounds else ""
        between = f" {self.bounds}" if self.bounds.startswith("between") else f", {self.bounds}" if self.bounds else ""
        noun = describe(self.unit, whole=self.type == "int")
        return f"{noun}{between}{comma} such as {example(self.unit, self.default)}{null}"

    def within_bounds(self, value: float) -> bool:
        """Return whether a number lies within the bounds."""
        low, high = self.minimum, self.maximum
        if low is not None and (value < low or (self.above_minimum and value == low)):
            return False
        return high is None or value < high or (value == high and not self.below_maximum)

    def convert(self, value: object, text: str | None = None) -> Any:
        """Convert a written value.

        Parameters
        ----------
        value : object
            A scalar from a file or a caller; texts may have a unit.
        text : str, optional
            Its spelling, for the message.

        Raises
        ------
        ValueError
            In one sentence: what was found and what is expected.
        """
        if hasattr(value, "item") and not isinstance(value, str):
            value = value.item()  # a NumPy number, as in sweeps
        if value is None and self.optional:
            return None
        if self.type == "bool":
            switched = (
                value if isinstance(value, bool) else _SWITCH.get(value.lower()) if isinstance(value, str) else None
            )
            if switched is None:
                raise self._wrong(value, text)
            return switched
        if self.type == "text":
            return self._text(value, text)
        number = self._number(value, text)
        if self.type == "int":
            if number != int(number):
                raise self._wrong(value, text)
            return int(number)
        return float(number) + 0.0  # never -0.0, which equals 0.0 but is spelled otherwise in a digest

    def _text(self, value: object, text: str | None) -> str:
        if self.unit == "label" and isinstance(value, int) and not isinstance(value, bool):
            return str(value)
        if self.choices:
            if not isinstance(value, str) or value not in self.choices:
                raise self._wrong(value, text, did_you_mean(str(value), self.choices).removeprefix("; "))
            return value
        if not isinstance(value, str):
            hint = "" if value is None else ", in quotes"
            raise ValueError(f"found {found(value, text)}; expected text{hint}")
        strange = _CONTROL.search(value)
        if strange:
            raise ValueError(f"control character U+{ord(strange[0]):04X} in a text; expected plain text")
        if not is_unicode(value):
            raise ValueError(f"found '{printable(value)}', with bytes that are no UTF-8; expected plain text")
        return value

    def _number(self, value: object, text: str | None) -> float:
        number: float
        converted = ""
        if isinstance(value, str):
            try:
                number = parse_quantity(value, self.unit)
            except UnitError as error:
                raise self._wrong(value, text, str(error)) from None
            if self.type == "int" and number.is_integer():
                number = int(exact_quantity(value, self.unit))
            if not value.startswith(f"{number:g}"):
                unit = "" if self.unit in ("share", "ratio", "count") else f" {self.unit}"
                converted = f" (= {number:g}{unit})"
        elif isinstance(value, bool) or not isinstance(value, Integral | Real):
            raise self._wrong(value, text)
        else:
            # A whole number stays one, so that no digit of a large seed is lost.
            number = int(value) if isinstance(value, Integral) else float(value)
        if isinstance(number, float) and not math.isfinite(number):
            raise self._wrong(value, text)
        if not self.within_bounds(number):
            hint = ""
            if self.unit in ("share", "correlation") and not isinstance(value, str) and 1 < number <= 100:
                hint = f"did you mean {_number(number)}%?"
            raise self._wrong(value, text, hint, converted)
        return number

    def _wrong(self, value: object, text: str | None, hint: str = "", converted: str = "") -> ValueError:
        seen = found(value, text) if isinstance(value, str | int | float | NoneType) else f"a {type(value).__name__}"
        return ValueError(f"found {seen}{converted}; expected {self.expected}{'; ' if hint else ''}{hint}")


def _number(value: float) -> str:
    """Write a bound without ``.0``, and without an exponent if possible."""
    return str(int(value)) if isinstance(value, int) or float(value).is_integer() else f"{value:g}"


def parameter_from(path: str, info: FieldInfo, default: object) -> Parameter:
    """Make a parameter from the pydantic field that declares it."""
    extra = info.json_schema_extra
    assert isinstance(extra, dict), f"{path} is not declared with parameter()"  # noqa: S101
    bounds: dict[str, Any] = {}
    for bound in info.metadata:
        if isinstance(bound, Ge | Gt):
            bounds["minimum"] = bound.ge if isinstance(bound, Ge) else bound.gt
            bounds["above_minimum"] = isinstance(bound, Gt)
        elif isinstance(bound, Le | Lt):
            bounds["maximum"] = bound.le if isinstance(bound, Le) else bound.lt
            bounds["below_maximum"] = isinstance(bound, Lt)
    literal = get_origin(info.annotation) is Literal
    kinds = (str,) if literal else get_args(info.annotation) or (info.annotation,)
    kind = next(kind for kind in kinds if kind is not NoneType)
    return Parameter(
        path=path,
        default=default,
        unit=str(extra["unit"]),
        source=str(extra["source"]),
        meaning=info.description or "",
        type={int: "int", float: "float", bool: "bool", str: "text"}[kind],
        optional=NoneType in kinds,
        choices=get_args(info.annotation) if literal else (),
        **bounds,
    )


def parameters_of(model: BaseModel, prefix: str = "") -> Iterator[Parameter]:
    """Yield every parameter of a section and of the sections in it, with the values of ``model``."""
    for name, info in type(model).model_fields.items():
        value = getattr(model, name)
        if isinstance(value, BaseModel):
            yield from parameters_of(value, f"{prefix}{name}.")
        elif isinstance(info.json_schema_extra, dict) and "unit" in info.json_schema_extra:
            yield parameter_from(prefix + name, info, value)
