"""From declarations to a finished lab report."""
