"""Strategies compared at equal hours, on one page to print."""
