"""Claims and published numbers, each with one of three verdicts: holds, fails, undecided.

verdicts.py         the three verdicts, and how they follow from an interval
judging.py          claims of a scenario
evidence.py         the rows of ``evidence.csv``
bands.py            runs compared with published bands
pattern_ratios.py   published patterns that any run can be compared with
patterns.py         all published patterns, P1 to P12
tie_patterns.py     patterns of ties that lead to jobs
search_patterns.py  patterns of how long a search lasts
pattern_results.py  the scenario of each pattern, and its result
pattern_table.py    measuring the patterns and writing them down
sentences.py        claims and verdicts in words
"""
