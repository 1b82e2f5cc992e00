"""What analysis says when a question cannot be answered from the table it was given."""

from __future__ import annotations


class AnalysisError(ValueError):
    """The table cannot answer the question; the message says in plain words what to do."""
