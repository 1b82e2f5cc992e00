"""Claims and published numbers, each judged in three words: holds, fails, undecided.

verdicts.py         the three verdicts, and how they follow from an interval
judging.py          claims of a scenario
evidence.py         the rows of ``evidence.csv``
bands.py            published bands, held against a run
pattern_ratios.py   published patterns that any run can be held against
patterns.py         all published patterns, P1 to P12
tie_patterns.py     those of ties that lead to jobs
search_patterns.py  those of how long a search lasts
pattern_results.py  in what scenario a pattern is measured, and what comes of it
pattern_table.py    the patterns measured and written down
sentences.py        claims and verdicts in words
"""
