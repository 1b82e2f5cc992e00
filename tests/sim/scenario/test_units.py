"""Quantities as people write them."""

import re
from fractions import Fraction
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scenario_files import write

from sim.scenario.scenario import load_scenario
from sim.scenario.units import TIMES, UnitError, parse_quantity, pattern

RIGHT = [
    ("12 weeks", "days", 84.0),
    ("1 week", "days", 7.0),
    ("90 days", "days", 90.0),
    ("84", "days", 84.0),
    ("36 h", "days", 1.5),
    ("90 minutes", "days", 0.0625),
    ("2 years", "days", 730.0),
    ("12 months", "days", 365.0),
    ("1.5e1 d", "days", 15.0),
    (" 12  Weeks ", "days", 84.0),
    ("12weeks", "days", 84.0),
    ("-3 days", "days", -3.0),
    ("90 minutes", "hours", 1.5),
    ("2 h", "hours", 2.0),
    ("1 day", "hours", 24.0),
    ("1.6", "hours", 1.6),
    ("6 hours per week", "hours per week", 6.0),
    ("90 minutes per day", "hours per week", 10.5),
    ("6 h/week", "hours per week", 6.0),
    ("6", "hours per week", 6.0),
    ("3%", "share", 0.03),
    ("3 %", "share", 0.03),
    ("2.9%", "share", 0.029),
    ("3 percent", "share", 0.03),
    ("3 per cent", "share", 0.03),
    ("0.03", "share", 0.03),
    ("28%", "correlation", 0.28),
    ("100%", "strength", 1.0),
    ("2.5 per week", "per week", 2.5),
    ("1000 per year", "per week", 7000 / 365),
    ("3% per week", "per week", 0.03),
    ("0.5/month", "per week", 0.5 * 7 * 12 / 365),
    ("0.03", "per week", 0.03),
    ("0.2% per week", "per employee per week", 0.002),
    ("0.2% per employee per week", "per employee per week", 0.002),
    ("0.1 per year per employee", "per employee per week", 0.7 / 365),
    ("4000 people", "people", 4000.0),
    ("12 ties", "ties", 12.0),
    ("0.6 sd", "sd", 0.6),
    ("-1.28", "sd", -1.28),
    ("45", "count", 45.0),
    ("1e3", "people", 1000.0),
    (".5", "share", 0.5),
    ("5.", "share", 5.0),
]

WRONG = [
    ("3%", "days"),
    ("12 weeks", "share"),
    ("12 weeks", "hours per week"),
    ("6 hours per week", "hours"),
    ("6 hours per week", "days"),
    ("2.5 per week", "share"),
    ("2.5 per week", "days"),
    ("3%", "per week"),
    ("12 weeks", "per week"),
    ("3 days per week", "per week"),
    ("3% per employee", "per employee per week"),
    ("3 per employee per employee per week", "per employee per week"),
    ("3 per employee per week", "per week"),
    ("3 per week per week", "per week"),
    ("90 minutes", "people"),
    ("3%", "people"),
    ("3%", "sd"),
    ("3 sd", "score"),
    ("4 ties", "people"),
    ("3 m", "days"),
    ("12 weks", "days"),
    ("weeks", "days"),
    ("", "days"),
    ("12:30", "days"),
    ("1,000", "people"),
    ("1 000", "people"),
    ("1_000", "people"),
    ("0x10", "people"),
    ("nan", "days"),
    ("inf", "days"),
    ("12 weeks 3 days", "days"),
    ("3%%", "share"),
    ("per week", "per week"),
    ("3 per", "per week"),
    ("½", "share"),
    ("٣", "people"),
    ("12 weeks # no", "days"),
    ("--3", "days"),
    ("1e", "days"),
    ("1e9999", "days"),
    ("1e999", "days"),
]


@pytest.mark.parametrize(("text", "unit", "value"), RIGHT)
def test_reads_what_people_write(text: str, unit: str, value: float) -> None:
    assert parse_quantity(text, unit) == pytest.approx(value, rel=1e-15, abs=0)


@pytest.mark.parametrize(("text", "unit"), WRONG)
def test_refuses_another_dimension_and_what_is_no_quantity(text: str, unit: str) -> None:
    with pytest.raises(UnitError):
        parse_quantity(text, unit)


def test_percentages_are_rounded_once() -> None:
    # 2.9 * 0.01 and 2.9 / 100 need not be the double nearest to 0.029.
    for thousandths in range(1, 1001):
        assert parse_quantity(f"{thousandths / 10}%", "share") == float(Fraction(thousandths, 1000))


def test_names_the_unit_that_was_meant() -> None:
    with pytest.raises(UnitError, match=r"'weks' is not a unit here; did you mean 'weeks'\?"):
        parse_quantity("12 weks", "days")
    with pytest.raises(UnitError, match="without commas"):
        parse_quantity("1,000", "people")


@pytest.mark.parametrize("seed", [2**53 + 1, 2**63 - 1])
@pytest.mark.parametrize("form", ["{}", "'{}'", '"+{}"'])
def test_no_digit_of_a_large_whole_number_is_lost(tmp_path: Path, seed: int, form: str) -> None:
    assert load_scenario(write(tmp_path, f"seed: {form.format(seed)}\n")).seed == seed


def test_a_long_text_is_refused_and_not_calculated_with() -> None:
    # Written out, the numbers below would have 10^100,000 digits: a reader that tried would not end.
    for text in ("9" * 1_000_000, "1e-" + "9" * 100_000, "1 " + "per week " * 100_000, "1e-999 days" * 10):
        with pytest.raises(UnitError):
            parse_quantity(text, "days")


@given(st.floats(0, 1e6, allow_subnormal=False), st.sampled_from(sorted(TIMES)))
def test_every_time_word_converts_by_its_length(number: float, word: str) -> None:
    # An exponent with more than three digits does not occur in the repr of a float.
    assert parse_quantity(f"{number!r} {word}", "days") == float(Fraction(repr(number)) * TIMES[word])


@pytest.mark.parametrize(("text", "unit", "value"), RIGHT)
def test_the_pattern_for_editors_accepts_the_usual_spellings(text: str, unit: str, value: float) -> None:
    expression = pattern(unit)
    with_unit = bool(re.search("[a-zA-Z%]", text.replace("e", "")))
    if expression is not None and with_unit and text == text.strip().lower() and not text.endswith("per employee"):
        assert re.search(expression, text), expression


@pytest.mark.parametrize(("text", "unit"), WRONG)
def test_the_pattern_for_editors_accepts_nothing_that_loading_refuses(text: str, unit: str) -> None:
    expression = pattern(unit)
    if expression is not None and text != "1e999":
        assert not re.search(expression, text)
