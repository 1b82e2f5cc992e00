"""Scenarios in tests: what a test can assert about them, for pytest.

- ``plugin``: the fixtures and options
- ``assertions``: bands, orders, ratios, differences, claims, and no drift
- ``sentences``: what a failed assertion says
"""
