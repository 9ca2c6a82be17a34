"""From declarations to keys: what a run is, and whether it is there."""
