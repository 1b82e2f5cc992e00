"""Replications: simulated, shared among processes, kept in a run folder, read back."""
