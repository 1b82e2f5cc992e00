"""The state of a market, and look-ups in it.

Nothing here moves the clock or decides anything; `sim/processes` does.

- `market`: the market itself, with its clock
- `people`, `employers`: people and employers on day 0, as columns
- `network`: ties, generated or read; `network_shape` measures them
- `edge_list`: ties as users have them, read from `tie_tables` or `graph_files` as `listed_ties`, one wave (`tie_waves`)
- `placement`, `plans`: the cast placed into the market, and how people divide their hours
- `tie_state`, `profiles`: the state of a tie today, and how current a profile is
- `board`, `roster`, `inbox`: open openings, who works where, and what waits for the employers
- `columns`, `layout`, `codes`: growing columns, their declarations, and the codes in them
"""
