"""The talk afterwards: the question bank, what to ask now, and the sums."""
