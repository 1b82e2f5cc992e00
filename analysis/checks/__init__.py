"""Checks: whether a scenario still gives what its reference says, and whether its claims still hold.

- ``reference``: the file that later runs are compared with, and digests of columns
- ``held_quantities``: which tracked quantities a check compares, and the margin of each
- ``drift``: whether a quantity changed, the looks and errors of a check, and how margins are chosen
- ``replication_jobs``: replications of many scenarios side by side
- ``judging``: what replications say of quantities and claims
- ``result``: how a scenario is checked, and what a check found
- ``check``: one check, from bytes to distributions to claims
- ``update``: a reference made again, and what changed
- ``sentences``: what a check says on a terminal
- ``formats``: what it says to machines: JSON, JUnit XML, Markdown, annotations of files
"""
