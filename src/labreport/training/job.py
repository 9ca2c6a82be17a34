"""What a job is given on its command line, and whether it is what was planned."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NoReturn

from labreport.errors import DataError, TrainingError
from labreport.planning.code import check_code
from labreport.planning.keys import key_of


def read_spec(text: str, needed: Iterable[str]) -> dict[str, Any]:
    """A spec from JSON.

    Args:
        text: what `--spec` says.
        needed: names that must be there; a dotted one such as `model.target` is looked up inside `model`.

    Raises:
        TrainingError: not JSON, no object, or some of `needed` are missing; all of them are named.
    """
    try:
        spec = json.loads(text, parse_constant=_refuse)
    except ValueError as error:
        raise TrainingError(f"--spec: not JSON ({error}); pass the spec as Snakemake or spec.json has it") from error
    if not isinstance(spec, dict):
        raise TrainingError(f"--spec: found a {type(spec).__name__}, allowed is a JSON object such as spec.json holds")
    missing = [name for name in needed if not _has(spec, name)]
    if missing:
        raise TrainingError(f"--spec: {', '.join(missing)} missing; pass the spec as Snakemake or spec.json has it")
    return spec


@contextmanager
def planned_code(planned: str, roots: Iterable[str]) -> Iterator[None]:
    """A block that imports what a job needs, before and after which the code must be what was planned.

    After it as well, because an edit while this process was importing is an edit, too.

    Raises:
        CodeChangedError: see `labreport.planning.code.check_code`.
    """
    roots = list(roots)
    check_code(planned, roots)
    yield
    check_code(planned, roots)


def check_data(folder: Path, found: Mapping[str, Any], planned: str, what: str) -> None:
    """Refuse prepared data that a job was not planned with.

    Args:
        folder: of the prepared data.
        found: their spec.
        planned: the key of those that are meant.
        what: was planned, for the message: "the run was".

    Raises:
        DataError: they are others.
    """
    if key_of(found) != planned:
        raise DataError(
            f"{folder}: these prepared data have the key {key_of(found)}, but {what} planned with {planned}; "
            "name the folder of those with --data, or start Snakemake again, it plans anew"
        )


def _refuse(constant: str) -> NoReturn:
    raise ValueError(f"{constant} is no JSON number")


def _has(value: Any, name: str) -> bool:
    for part in name.split("."):
        if not isinstance(value, dict) or part not in value:
            return False
        value = value[part]
    return True
