"""Where things lie, for all tests."""

from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
"""The checkout."""
DATA = ROOT / "tests" / "data"
"""Files that tests read."""
SUPPORT = ROOT / "tests" / "support"
"""Modules that tests import by their plain names."""
