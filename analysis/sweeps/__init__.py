"""Sweeps: many variants of a scenario, their runs in a store and their tables beside it.

- ``request``: what the sweep was asked to do, written into its folder before anything runs
- ``run``: simulates the points, and what a sweep's folder holds
- ``tables``: the tables of a sweep, made from the store alone
- ``keep_tables``: the tables of every single run, kept on request
- ``result``: a finished sweep, its tables and its cost
- ``status``: how far a sweep is, read from its folder
- ``sentences``: its rates and its status for a terminal
"""
