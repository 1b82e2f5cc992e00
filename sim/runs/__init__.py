"""Replications: from a scenario to tables, in memory or in a folder.

simulation    `simulate`: many replications, shared among processes, kept in a folder, resumed
replication   one replication, in memory or on disk
result        `Result`: the tables of all replications; reading and writing a run folder
folder        the files in a run folder, and which of them can be used again
manifest      what a run was made from, and its cost
executors     where tasks run: this process, processes of this machine, a Dask cluster
"""
