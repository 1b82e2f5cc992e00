"""The report of a run: one page with charts, and the numbers behind them as files.

- ``summary``: the run in numbers that every command shows: rates, published bands, claims
- ``roles``: the measures of the roles that the claims name
- ``findings``: all tables of a report, and why one is missing
- ``sentences``: findings, descriptions of the charts, and the text for a terminal
- ``charts``, ``time_chart``: from tables to figures
- ``contents``: sections, charts and tables of a report, each declared once
- ``page``: the page and all files, from ``report.html.j2`` and one template in ``sections/`` per section
"""
