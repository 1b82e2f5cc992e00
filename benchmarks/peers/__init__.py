"""The stripped-down rules, written independently for other engines: what the project is measured against."""
