"""Parameters fitted to targets, and what the targets pin down."""
