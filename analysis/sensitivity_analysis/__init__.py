"""Sensitivity analysis: which factors of a finished sweep move a quantity, and how much.

- ``sweep_data``: a sweep's folder as the analysis needs it
- ``indices``: Sobol' indices, Morris screening, effects of one factor at a time, means by level
- ``metamodel``: a response surface over the whole ranges, and how well it predicts
- ``sentences``: findings, descriptions of the charts, and the text for a terminal
- ``charts``, ``response_charts``: how much each factor moves the quantity; the quantity over one factor or two
- ``page``: the page and all files, from ``sensitivity.html.j2``
"""
