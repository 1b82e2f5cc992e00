"""Calibration: fit parameters to targets, and say how far the targets pin them down.

- ``calibration``: parameters to fit, targets, budget
- ``calibration_file``: reads a calibration file and checks every part of it
- ``calibrate``: the whole procedure
- ``rounds``: which points are simulated in each round, and how the ranges narrow
- ``ranges``: values of a parameter as coordinates of its range
- ``surface``: a target as a smooth function of the parameters
- ``best_fit``: from surfaces and targets to the best values and their intervals
- ``result``: the result as tables
- ``sentences``: the result in words and as files, with the fitted scenario
"""
