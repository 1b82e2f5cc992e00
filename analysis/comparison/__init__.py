"""Strategies compared at equal hours: one page that a client can be shown.

- ``arms``: who is compared, from the names that somebody typed
- ``comparison``: simulates them with the same random numbers and measures chances, hours and differences
- ``sentences``: the sentence a client reads first, findings, and the text for a terminal
- ``charts``: chances by weeks of search, and hours per interview
- ``page``: the page and all files, from ``comparison.html.j2``
"""
