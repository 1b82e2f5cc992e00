"""Estimators on tables: rates, contrasts, the funnel, logits, and their intervals."""
