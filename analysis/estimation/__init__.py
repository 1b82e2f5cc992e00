"""Estimators on tables: rates, contrasts, the funnel, logits, and their intervals.

estimands.py            what a number is made of: ratio of totals, ratio of ratios, yearly share, median, odds ratio
influence_functions.py  how much each row moves a number, and covariances from that
intervals.py            intervals from influences, over replications or clusters
jackknife.py            intervals for what is fitted, by leaving one replication out
rates.py                rates by channel and stage, and their contrasts
funnel.py               stages one after the other, and time to a response
design_matrix.py        columns of covariates
logit.py                logistic regression of reaching a stage, and marginal effects
"""
