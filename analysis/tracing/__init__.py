"""One simulated person's story: what happened, day by day, and through whom.

- ``choice``: which person, if none is named
- ``story``: the steps of a person as a table
- ``step_words``: the words for single steps
- ``referral_network``: who was hired through whom
- ``lanes``: which applications share a lane of the time line
- ``sentences``: the story line by line, findings and descriptions of the charts
- ``charts``, ``network_chart``: the time line, and who brought in whom
- ``page``: the page and all files, from ``trace.html.j2``
"""
