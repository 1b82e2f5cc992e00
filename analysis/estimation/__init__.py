"""Estimators on tables: rates, contrasts, the funnel, logits, and their intervals.

estimands.py            what is estimated: ratio of totals, ratio of ratios, yearly share, median, odds ratio
influence_functions.py  how much each row moves a number, and covariances from these influences
intervals.py            intervals from influences, over replications or clusters
jackknife.py            intervals for fitted numbers, by leaving one replication out
rates.py                rates by channel and stage, and their contrasts
funnel.py               shares that go on from stage to stage, and time to a response
design_matrix.py        design matrices of regressions
logit.py                logistic regression of reaching a stage, with marginal effects
"""
