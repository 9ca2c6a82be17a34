"""`python -m labreport` is the command `labreport`."""

import sys

from labreport.cli.main import main

if __name__ == "__main__":
    sys.exit(main())
