"""The encrypted library: its key, its one writer, its queries."""
