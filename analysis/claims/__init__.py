"""Claims and published numbers, each judged in three words: holds, fails, undecided."""
