"""What a run writes down. Records only read the market.

- `observe`: what is looked at while the market runs, for the processes to write down
- `tables`: the tables that a run leaves; `applications_table` and `pathway_table` hold the two long ones
- `arrow`: columns as Arrow, without copies
"""
