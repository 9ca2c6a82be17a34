"""One model family per file; the registry is a dictionary of strings."""
