"""Are the rates still what they were: a scenario compared with its reference."""
