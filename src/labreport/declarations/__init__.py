"""YAML and the command line in, a checked project out: nothing is trained before a mistake in it is told."""
