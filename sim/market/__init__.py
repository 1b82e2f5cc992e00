"""The state of a market: everything and everybody on it, and what is looked up of them.

Nothing here moves the clock or decides anything; `sim/processes` does.

- `market`: the market itself, with its clock
- `people`, `employers`: who is there on day 0, as columns
- `network`, `edge_list`: who knows whom, generated or read from a user's file; `network_shape` measures it
- `placement`, `plans`: the people of a story placed into the market, and how everybody divides their hours
- `tie_state`, `profiles`: what a tie is worth today, and how current a profile is
- `board`, `roster`, `inbox`: open openings, who works where, and what waits for the employers
- `columns`, `layout`, `codes`: growing columns, which there are, and what the numbers in them mean
"""
