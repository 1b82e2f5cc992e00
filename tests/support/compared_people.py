"""A market with two kinds of people to compare, and one without any."""

from pathlib import Path

import scenario_files

TWO = """\
title: One who asks and one who applies
extends: baseline
replications: 3
population: {people: 400}
time: {warm_up: 0 days, window: 28 weeks}
cast:
  asker: {count: 60, employed: off, searches_from: 7 days, hours_per_week: 10, applications: 50%, asks: 50%}
  plain: {count: 60, employed: off, searches_from: 7 days, hours_per_week: 10, applications: 100%}
expect:
  - {order: [asker.referrals_per_person, plain.referrals_per_person], confidence: 90%}
"""
MARKET = """\
title: A small market
extends: baseline
population: {people: 300}
time: {warm_up: 4 weeks, window: 8 weeks}
"""
SEED = 5


def write(folder: Path, name: str, text: str) -> str:
    """Write a scenario of that name; returns its path, as a user types it."""
    return str(scenario_files.write(folder, text, f"{name}.yaml"))
