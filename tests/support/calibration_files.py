"""A calibration whose answer is known: two parameters, and the two quantities that they decide between them."""

import math
from pathlib import Path

from analysis.calibration.calibration import Calibration
from analysis.calibration.calibration_file import load_calibration

TRUE = {"openings.bar": 0.4, "screening.trust": 0.5}
FIT = """
scenario: baseline
fit:
  openings.bar: {from: 0.1, to: 0.8}
  screening.trust: {from: 0.2, to: 0.9}
"""


def curve(bar: float, trust: float) -> tuple[float, float]:
    """A share and a number of applicants that two parameters decide between them."""
    return 1 / (1 + math.exp(3 + 1.5 * bar - 0.8 * trust)), 100 * math.exp(-1.2 * bar) * (1 + 0.5 * trust)


def loaded(folder: Path, text: str) -> Calibration:
    """Write a calibration file and read it."""
    file = folder / "wanted.yaml"
    file.write_text(text, encoding="utf-8")
    return load_calibration(file)


def targets(share: float, share_sd: float, count: float, count_sd: float) -> str:
    """The lines of two targets."""
    return (
        f"to:\n  - {{quantity: direct.response, value: {share}, sd: {share_sd}}}\n"
        f"  - {{quantity: applicants_per_opening, value: {count}, sd: {count_sd}}}\n"
    )


def true_targets(factor: float = 1.0) -> str:
    """The targets that the true parameters give."""
    share, count = curve(*TRUE.values())
    return targets(share, 0.0003 * factor, count, 0.3 * factor)
