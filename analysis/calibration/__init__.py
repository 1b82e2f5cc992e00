"""Parameters fitted to targets, and how far the targets pin them down.

calibrate         `calibrate`, the way in
calibration       `Calibration`: parameters to fit, targets, budget
calibration_file  `load_calibration`: a calibration file, every part checked where it stands
rounds            the rounds: which points are simulated, what they gave, what is left of the ranges
ranges            values as coordinates of their ranges
surface           a target as a smooth function of the parameters
best_fit          from surfaces and targets to the best values and their intervals
result            what was found, as tables
sentences         what was found, in words, and the fitted scenario as a file
"""
