"""How an attempt at something that takes long ended: a receipt beside its folder, or a failure in its unfinished one.

The receipt is the one file of a run, a measurement or word vectors that Snakemake is told of. It may delete it, as it
does with the outputs of a job that failed, and nothing is lost: the folder is no output of any rule.
"""

import os
from dataclasses import asdict, dataclass
from pathlib import Path

from labreport.files import SUMS, file_digest, read_object, summed, write_json

FAILURE = "failure.json"


@dataclass(frozen=True)
class Failure:
    """Why an attempt failed by itself.

    Attributes:
        message: what happened.
        advice: what may help.
    """

    message: str
    advice: str = ""

    def told(self, experiment: str, seed: int) -> str:
        """Of which run, what happened, and what may help."""
        return "; ".join(filter(None, [f"{experiment}, seed {seed}: {self.message}", self.advice]))


def receipt(folder: Path | str) -> Path:
    """The receipt of a folder, which lies beside it."""
    folder = Path(folder)
    return folder.with_name(f"{folder.name}.done")


def is_complete(folder: Path | str) -> bool:
    """Whether a folder is complete."""
    return os.path.isfile(os.path.join(folder, SUMS))  # a plan asks it thousands of times


def content(folder: Path | str) -> str | None:
    """Digest of what a complete folder holds; None where it is not complete."""
    try:
        return file_digest(Path(folder) / SUMS)
    except (FileNotFoundError, NotADirectoryError):
        return None


def missing(folder: Path | str) -> list[str]:
    """The files that a complete folder holds no more."""
    return [name for name in summed(folder) or () if not os.path.isfile(os.path.join(folder, name))]


def write_receipt(folder: Path | str) -> None:
    """Say that a folder is complete. The receipt is as old as the folder, so that what was made of it is newer."""
    path, sums = receipt(folder), Path(folder) / SUMS
    write_json(path, {"content": content(folder)})
    made = sums.stat()
    os.utime(path, ns=(made.st_atime_ns, made.st_mtime_ns))


def is_receipted(folder: Path | str) -> bool:
    """Whether the receipt of a folder is there and tells what the folder holds."""
    found = content(folder)
    return found is not None and read_object(receipt(folder)).get("content") == found


def write_failure(folder: Path | str, failure: Failure) -> None:
    """Say why an attempt at a folder failed, beside what it measured."""
    write_json(failure_file(folder), asdict(failure))


def failure(folder: Path | str) -> Failure | None:
    """Why the last attempt at a folder failed by itself; None where it did not, or cannot be told."""
    found = read_object(failure_file(folder))
    message, advice = found.get("message"), str(found.get("advice", ""))
    return Failure(message, advice) if isinstance(message, str) else None


def failure_file(folder: Path | str) -> Path:
    """Where it stands why the last attempt at a folder failed."""
    folder = Path(folder)
    return folder.with_name(f"{folder.name}.part") / FAILURE
