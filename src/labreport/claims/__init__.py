"""Sentences about results, evaluated on the metrics."""
