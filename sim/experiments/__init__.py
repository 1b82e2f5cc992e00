"""Many points of a scenario's parameters: what a sweep is, how it is read, and how its runs are carried out.

sweep             `Sweep`, its factors and its points
designs           the designs a sweep may have: names, parts, sizes
sampling          levels of a range, points of the unit cube, values from coordinates
sweep_reader      `load_sweep` and `make_sweep`, the way in
factor_reader     what a sweep file says of parameters: set, listed, ranges, distributions
node_maker        a sweep said in Python, turned into what the parser makes of a file
point_reader      points that somebody lists
point_table       tables of points, CSV or Parquet
precision_reader  the precision asked of a quantity, and quantities to follow
point_checks      every point checked before anything runs
rounds            tasks, in which order they are begun, and when a point has enough replications
runner            `run_tasks`: runs on any executor, kept in a store, started again after a worker was killed
worker            what a worker does with one run
"""
