"""What a run records. Records only read the market.

- `observe`: observations made while the market runs
- `tables`: the tables of a run; `applications_table` and `pathway_table` hold the two long ones
- `arrow`: NumPy columns as Arrow, without copies
"""
