"""A sweep carried out and measured, its tidy tables, and how far it is."""
