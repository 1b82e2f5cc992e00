"""Assertions about scenarios, for pytest.

- ``plugin``: the fixtures and options
- ``assertions``: bands, orders, ratios, differences, claims, and no drift
- ``sentences``: messages of failed assertions
"""
