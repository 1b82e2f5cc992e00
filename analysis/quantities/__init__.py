"""How each declared quantity is measured, in one replication and over all.

measurement.py        what is attached to a name: estimand, kind of interval, denominator
applications.py       market quantities that rest on applications and openings
networks_and_jobs.py  market quantities that rest on ties, searches and jobs
roles.py              measures of the people of one role
catalogue.py          a quantity by its name; measuring one
per_replication.py    all tracked quantities of one replication: what sweeps, calibrations and checks pass on
over_replications.py  value and interval from the values of replications alone

A new quantity is declared in ``sim/scenario/quantities.py`` and gets an estimand here; a test names what lacks its
other half.
"""
