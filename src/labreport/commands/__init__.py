"""What `labreport` offers on the command line; imported for planning, so nothing heavy at the top of a module."""
