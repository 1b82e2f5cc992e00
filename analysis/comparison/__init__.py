"""Strategies compared at equal hours: one page that a client can be shown.

- ``arms``: who is compared, from the names that somebody typed
- ``split``: the crossed groups, and what comes from the plan and what from the past
- ``comparison``: simulates all with the same random numbers and measures chances, hours and differences
- ``headline``: the sentences that a client reads first
- ``sentences``: values, intervals and hours in words
- ``terminal``: the text for a terminal
- ``charts``: chances by weeks of search, and hours per interview
- ``page``: the page and all files, from ``comparison.html.j2``
"""
