"""The report of a run: one page with charts, and the numbers behind them as files.

- ``summary``: a run in numbers, as every command tells them: rates, published bands, claims
- ``findings``: all tables of a report, and why one is missing
- ``roles``: the measures of the roles that the claims name
- ``sentences``: findings, descriptions of charts, and the text for a terminal
- ``charts``, ``time_chart``: from tables to figures
- ``contents``: the sections, charts and tables of a report, each declared once
- ``page``: the page and all files, from ``report.html.j2`` and one template in ``sections/`` for each section
"""
