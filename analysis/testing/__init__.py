"""The pytest plugin: fixtures that check scenarios in anybody's own tests."""
