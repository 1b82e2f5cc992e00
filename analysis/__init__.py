"""From tables of applications, simulated or observed, to rates, fits, effects, charts and checks.

Importing this package is cheap on purpose: the command line imports it before it knows what is asked for.
"""

from analysis.errors import AnalysisError

__all__ = ["AnalysisError"]
