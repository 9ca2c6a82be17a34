"""What the rules carry out, a function each: it reads what its job names, calls, and writes; `step.py` finds it."""
