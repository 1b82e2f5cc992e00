"""Any table of applications, simulated or observed, made ready to be measured."""
