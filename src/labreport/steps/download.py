"""Fetch an official archive: `download --url URL... --digest md5:HEX --out FILE`."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from labreport.data.download import download
from labreport.errors import run_step


def main(argv: Sequence[str] | None = None) -> None:
    """Download one file from the first mirror that has it.

    Raises:
        DownloadError: no mirror delivered it.
    """
    parser = argparse.ArgumentParser(prog="labreport.steps.download", description=__doc__)
    parser.add_argument("--url", action="append", required=True, help="a mirror; several are tried in their order")
    parser.add_argument("--digest", required=True, help="md5:HEX or sha256:HEX of the file")
    parser.add_argument("--out", type=Path, required=True)
    arguments = parser.parse_args(argv)
    download(arguments.url, arguments.digest, arguments.out)


if __name__ == "__main__":
    sys.exit(run_step(main))
