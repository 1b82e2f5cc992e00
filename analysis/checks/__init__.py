"""Check whether a scenario still matches its reference, and whether its claims still hold.

- ``reference``, ``reference_file``: what later runs are compared with, and the file it is kept in
- ``digests``: whether tables are the same
- ``held_quantities``: which tracked quantities a check compares
- ``margins``: the difference that matters in each
- ``drift``: whether a quantity changed; looks and errors
- ``power``: what a check can see, and how many replications decide
- ``replication_jobs``: replications of many scenarios side by side
- ``judging``: verdicts on quantities and claims
- ``result``: options and result of a check
- ``check``: one check, from tables to distributions to claims
- ``update``: making and updating a reference
- ``sentences``: the result in words, for a terminal
- ``formats``: the result as JSON, JUnit XML, Markdown and annotations of files
"""
