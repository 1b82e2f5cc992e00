"""How each declared quantity is measured, in one replication and over all."""
