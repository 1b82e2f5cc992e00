"""How numbers, charts and pages look, for every room that shows something; it imports none of them.

- ``wording``: numbers, units and the names of channels and stages as people read them; the words of verdicts are in
  ``analysis.claims.verdicts``
- ``style``: colours, marks and sizes of charts, and figures as SVG and PNG
- ``chart_parts``: parts of charts: estimates with intervals, labels at line ends, tables below a chart
- ``page``: from a template, charts and tables to the files of an HTML page
"""
