"""Replications: from a scenario to tables, in memory or in a folder.

simulation    `simulate`: many replications, shared among processes, kept and gone on with
replication   one replication, in memory or on disk
result        `Result`: the tables of all replications, and reading and writing a run folder
folder        what lies in a run folder, and what of it can be used again
manifest      what a run was made from and what it cost
executors     where tasks are carried out: this process, processes of this machine, a Dask cluster
"""
