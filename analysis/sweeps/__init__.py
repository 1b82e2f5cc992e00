"""A sweep carried out: its runs in a store, its tidy tables beside it.

run          `run_sweep`, and what lies in a sweep's folder
tables       its tables, made of the store alone
keep_tables  raw tables of every replication, kept on request
status       how far a sweep is, read from its folder
sentences    its rates as a table for the terminal
"""
