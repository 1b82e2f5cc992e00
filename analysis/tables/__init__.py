"""Tables of applications, simulated or observed, made ready for the estimators.

tables.py       reading: a run, a folder, a file or a DataFrame becomes :class:`Tables`
normalise.py    columns checked, times turned into days, absent identifiers filled
rows.py         which rows count, belong to a channel, reached a stage
run_tables.py   the other tables of a run, read when first asked for
people.py       the people of a run, in one numbering with the applications
clusters.py     rows that share a replication, a person or an opening
events.py       columns as numbers, events counted between two times
"""
