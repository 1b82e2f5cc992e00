"""Check whether a scenario still matches its reference, and whether its claims still hold.

- ``reference``: the file that later runs are compared with; digests of columns
- ``held_quantities``: which tracked quantities a check compares, and the margin of each
- ``drift``: whether a quantity changed; looks, errors and margins
- ``replication_jobs``: replications of many scenarios side by side
- ``judging``: verdicts on quantities and claims
- ``result``: options and result of a check
- ``check``: one check, from bytes to distributions to claims
- ``update``: making and updating a reference
- ``sentences``: the result in words, for a terminal
- ``formats``: the result as JSON, JUnit XML, Markdown and annotations of files
"""
