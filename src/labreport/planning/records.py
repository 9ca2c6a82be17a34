"""What a product was made from, written down beside it: the only thing that says whether it is up to date.

A product is a figure, a table, a claim, the frames of a report, its text or its PDF. Time stamps count for nothing
here, and neither does what Snakemake remembers: a record holds the spec, and digests of all that was read and written.
"""

from __future__ import annotations

import csv
import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from labreport.errors import ResultsError
from labreport.files import file_digest, write_json, write_text
from labreport.jobs.outcome import failure
from labreport.planning.code import check_code
from labreport.planning.keys import canonical, key_of, module_of

# The steps that make figures, tables and claims, each by a module of its kind.
ITEM_STEPS = frozenset({"draw", "tabulate", "judge"})
MEASUREMENT_FILES = ("measurement.csv", "environment.json")


# A system passes at most 128 KiB as one argument, and a shell gets its whole command as one.
ARGUMENT_BYTES = 100_000


@dataclass(frozen=True)
class Input:
    """A file that a product is made from.

    Attributes:
        path: relative to the project.
        columns: of a CSV file, those that are read; None for the whole file.
        outcome: whether it is the outcome of a run, of which only a failure's message is read.
    """

    path: str
    columns: tuple[str, ...] | None = None
    outcome: bool = False


def argument(spec: Mapping[str, Any], folder: Path) -> str:
    """A spec as the value of `--spec`: JSON, or `@FILE` where it is too long for a command; the file is in `folder`."""
    text = canonical(spec)
    if len(text.encode()) <= ARGUMENT_BYTES:
        return text
    path = folder / f"{key_of(spec)}.json"
    write_text(path, text)
    return f"@{path}"


def from_argument(text: str) -> dict[str, Any]:
    """The spec that `--spec` says.

    Raises:
        ValueError: it is no JSON object, or its file cannot be read.
    """
    try:
        spec = json.loads(Path(text[1:]).read_text(encoding="utf-8") if text.startswith("@") else text)
    except OSError as error:
        raise ValueError(f"{text[1:]} cannot be read") from error
    if not isinstance(spec, dict):
        raise ValueError("a spec is a JSON object")
    return spec


def roots(step: str, spec: Mapping[str, Any]) -> list[str]:
    """The modules whose code can reach a product: the step, and of an item its kind and all models that it names."""
    item = [spec["target"], *_option_targets(spec["options"])] if step in ITEM_STEPS else []
    return [f"labreport.steps.{step}", *item]


def _option_targets(options: Mapping[str, Any]) -> Iterator[str]:
    for key, value in options.items():
        if key == "target":
            yield module_of(str(value))
        elif isinstance(value, Mapping):
            yield from _option_targets(value)


def inputs(spec: Mapping[str, Any]) -> list[Input]:
    """The files that a product is made from, as its spec says; prepared data are not among them, their key names them.

    Of each run these are `reads` (file -> columns, or null for the whole file); `files` names what is no run's.
    """
    found = [Input(path) for path in spec.get("files") or ()]
    reads: Mapping[str, Sequence[str] | None] = spec.get("reads") or {}
    for experiment in (spec.get("experiments") or {}).values():
        for run in experiment["runs"]:
            for name, columns in reads.items():
                found.append(Input(f"{run['path']}/{name}", None if columns is None else tuple(columns)))
            found.append(Input(run["outcome"], outcome=True))
        if experiment["curve"] is not None:
            found.append(Input(experiment["curve"]))
    for folder in (spec.get("measurements") or {}).values():
        found += [Input(f"{folder}/{name}") for name in MEASUREMENT_FILES]
    return list(dict.fromkeys(found))


def digest(root: Path, read: Input) -> str | None:
    """Hexadecimal digest of what is read of a file; None where there is no such file, as of a run that failed."""
    path = root / read.path
    if read.outcome:
        message = failure(path)
        return None if message is None else hashlib.sha256(message.encode()).hexdigest()
    try:
        return file_digest(path) if read.columns is None else _columns_digest(path, read.columns)
    except (FileNotFoundError, NotADirectoryError):
        return None
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise ResultsError(f"{path}: cannot be read: {error}") from None


def _columns_digest(path: Path, columns: Sequence[str]) -> str:
    """Digest of some columns of a CSV file; one that is not there counts as empty."""
    with open(path, encoding="utf-8", newline="") as file:
        rows = [[row.get(column) for column in columns] for row in csv.DictReader(file)]
    return hashlib.sha256(json.dumps(rows).encode()).hexdigest()


def digests(root: Path, spec: Mapping[str, Any]) -> dict[str, str | None]:
    """Path -> digest of everything that a product is made from."""
    return {read.path: digest(root, read) for read in inputs(spec)}


def load(path: Path) -> dict[str, Any] | None:
    """A record; None where there is none, or where it is damaged, which is as good as none."""
    try:
        record = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    complete = isinstance(record, dict) and all(
        isinstance(record.get(part), dict) for part in ("spec", "inputs", "outputs")
    )
    return record if complete and record.get("digest") == _seal(record) else None


@contextmanager
def recorded(
    step: str, spec: Mapping[str, Any], outputs: Iterable[Path | str], record: Path | None
) -> Iterator[dict[str, Any]]:
    """Make a product inside this block; at its end the record is written.

    The code is checked before and after: what is recorded is made by the code that the spec was planned with. While the
    block runs there is no record, so that a product which was not finished is made again. Where the block fails and has
    left the files as they were, their record is put back.

    Args:
        step: name of the step.
        spec: its spec; what it reads is digested before the block begins.
        outputs: the files that the block writes.
        record: the record's path; None keeps none, as when a step is called by hand.

    Yields:
        A dictionary for facts that the record shall hold beside.

    Raises:
        CodeChangedError: the code was edited after planning.
    """
    modules = roots(step, spec)
    check_code(spec["code"], modules)
    read: dict[str, str | None] = {}
    before = None
    if record is not None:
        before = load(record)
        record.unlink(missing_ok=True)
        read = digests(Path(), spec)
    facts: dict[str, Any] = {}
    try:
        yield facts
        check_code(spec["code"], modules)
    except Exception:
        if record is not None and before is not None and _is_as_recorded(before):
            with suppress(OSError):  # what was there is still there, and this is what it was made from
                write_json(record, before)
        raise
    if record is not None:
        written = {str(path): file_digest(path) for path in outputs}
        content = {"spec": spec, "inputs": read, "outputs": written, "facts": facts}
        write_json(record, {**content, "digest": _seal(content)})


def _is_as_recorded(record: Mapping[str, Any]) -> bool:
    """Whether the files of a product are those that its record tells of."""
    return all(digest(Path(), Input(path)) == written for path, written in record["outputs"].items())


def _seal(record: Mapping[str, Any]) -> str:
    """Digest over a record, so that a damaged one is told from a whole one."""
    content = {name: value for name, value in record.items() if name != "digest"}
    return hashlib.sha256(canonical(content).encode()).hexdigest()[:16]
