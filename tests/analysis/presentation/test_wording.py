"""Numbers in sentences."""

from __future__ import annotations

import pytest

from analysis.presentation import wording


@pytest.mark.parametrize(
    ("level", "said"),
    [
        (0.95, "95 %"),
        (0.99, "99 %"),
        (0.9, "90 %"),
        (0.999, "99.9 %"),
        (1 - 0.01 / 3, "99.67 %"),
        (0.99999, "99.999 %"),
    ],
)
def test_a_confidence_is_written_with_two_digits_of_the_chance_to_miss(level: float, said: str) -> None:
    assert wording.confidence(level) == said
