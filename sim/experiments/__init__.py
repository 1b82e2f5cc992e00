"""Experiments: what a sweep is, how it is read, and how its runs are carried out.

A *sweep* is a whole experiment: a scenario simulated at many points. Its *design* is the sampling plan, a *factor* a
parameter that it varies, a *point* one value of every factor.

sweep               `Sweep`, `Factor`, `Point`, `Precision`
designs             the designs: their names, the keys they need, their sizes
sampling            levels of a range, points of the unit cube, values from coordinates
sweep_reader        `load_sweep` and `make_sweep`, the entry points
factor_reader       parameters in a sweep file: values set, lists, ranges, distributions
point_reader        points listed in a sweep file or a table
point_table_reader  tables of points, CSV or Parquet
precision_reader    the precision asked of a quantity, and quantities to track
node_maker          Python values turned into the parser's nodes
point_checks        every point checked before anything runs
rounds              tasks, their order, and when a point has enough replications
runner              `run_tasks`: runs on any executor, kept in a store, restarted after a worker was killed
worker              what a worker does with one run
"""
