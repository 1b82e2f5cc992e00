"""How each declared quantity is measured, in one replication and over many.

measurement.py        how a quantity is measured: estimand, kind of interval, denominator
applications.py       market quantities from applications and openings
networks_and_jobs.py  market quantities from ties, searches and jobs
roles.py              measures of the people of one role
catalogue.py          finding a quantity by name and measuring it
per_replication.py    tracked quantities of one replication, for sweeps, calibrations and checks
over_replications.py  value and interval from per-replication values alone

Declare a new quantity in ``sim/scenario/quantities.py`` and give it an estimand here; a test names any that lack one
of the two.
"""
