"""One kind of figure per file: run CSVs in, a frame, and a matplotlib figure drawn from it."""
