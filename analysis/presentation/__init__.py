"""How numbers, charts and pages look, for every room that shows something to people; it imports none of them.

- ``wording``: numbers, units, verdicts and names of channels and stages as people read them
- ``style``: colours, marks and sizes of charts, and figures as SVG and PNG
- ``chart_parts``: what charts are drawn from: estimates with intervals, labels at line ends, tables under a scale
- ``page``: an HTML page with its charts and tables, from a template to files in a folder
"""
