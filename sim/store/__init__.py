"""A store of finished runs that survives any interruption."""
