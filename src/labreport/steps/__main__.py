"""`python -m labreport.steps STEP ...`: what the rules of the workflow call."""

import sys

from labreport.machine.signals import take_signals

if __name__ == "__main__":
    take_signals()  # what follows is slow to import
    from labreport.errors import run_step
    from labreport.steps.step import main

    sys.exit(run_step(main))
