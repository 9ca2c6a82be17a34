"""Options of figures, tables, claims and measurements: known ones, of the right type, none missing."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from labreport.declarations.mistakes import shown, suggestion, unfit
from labreport.errors import DeclarationError
from labreport.kinds import Kind
from labreport.values import Value

# Either names experiments.
ALTERNATIVES = frozenset({"part", "experiments"})


class Place(NamedTuple):
    """A file, and the key in it under which the options stand."""

    where: str
    at: str


def check_options(options: Mapping[str, Any], kind: Kind, place: Place) -> None:
    """Refuse options that a kind does not take, and values that they cannot have; some may be missing.

    Raises:
        DeclarationError: file, key, what was found, what is allowed.
    """
    allowed = kind.options | (ALTERNATIVES if "experiments" in kind.options else frozenset())
    for option, value in options.items():
        at = f"{place.where}: {place.at}.{option}"
        if option not in allowed:
            name = kind.target.rpartition(".")[2]
            raise DeclarationError(f"{at}: unknown option of {name}{suggestion(option, sorted(allowed))}")
        wanted = kind.type_of(option)
        if isinstance(wanted, Mapping):
            _check_group(value, wanted, at)
        else:
            _check_value(value, wanted, at)
    for among in (kind.row_options, kind.experiment_options):
        named = [options[option] for option in sorted(among) if option in options]
        if len(set(named)) != len(named):
            raise DeclarationError(
                f"{place.where}: {place.at}: {' and '.join(sorted(among))} are both {shown(named[0])}; "
                "name two different ones"
            )


def check_required(options: Mapping[str, Any], kind: Kind, kind_name: str, place: Place) -> None:
    """Refuse options of which one is missing.

    Raises:
        DeclarationError: file, key, and which kind needs it.
    """
    where, at = place
    required = kind.required
    if "experiments" in kind.options:
        found = len(ALTERNATIVES & set(options))
        if found > 1 or (found == 0 and "experiments" in required):
            raise DeclarationError(f"{where}: {at}: {kind_name} needs either `part` or `experiments`")
        required = required - ALTERNATIVES
    for option in sorted(required - set(options)):
        raise DeclarationError(f"{where}: {at}.{option}: is missing; {kind_name} needs it")


def _check_group(value: Any, wanted: Mapping[str, Value], at: str) -> None:
    if not isinstance(value, Mapping):
        raise DeclarationError(f"{at}: found {shown(value)}, a mapping with {', '.join(wanted)} is needed")
    for key, inner in value.items():
        if key not in wanted:
            raise DeclarationError(f"{at}.{key}: unknown key{suggestion(key, wanted)}")
        _check_value(inner, wanted[key], f"{at}.{key}")
    for key in wanted:
        if key not in value:
            raise DeclarationError(f"{at}.{key}: is missing; it is needed")


def _check_value(value: Any, wanted: Value, at: str) -> None:
    if not wanted.fits(value):
        raise DeclarationError(f"{at}: {unfit(value, wanted)}")
