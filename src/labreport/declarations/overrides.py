"""A scale's overrides that apply to nothing, or that change nothing: likely a misspelt name, or settings of an arm."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from labreport.declarations.experiments import Layer
from labreport.declarations.mistakes import shown
from labreport.declarations.settings import Override
from labreport.errors import DeclarationError
from labreport.spelling import did_you_mean

Names = Mapping[str, tuple[Any, ...]]  # condition of an override -> the names that fulfil it


def refuse_idle(overrides: Sequence[Override], place: str, declared: Sequence[tuple[Names, Layer]]) -> None:
    """Refuse the first override that does nothing.

    Args:
        overrides: of a scale.
        place: of the scale, for messages.
        declared: of every arm and measurement, how an override can name it, and what it states itself.

    Raises:
        DeclarationError: an override matches none, or each that it matches states a setting itself.
    """
    for index, override in enumerate(overrides):
        at = f"{place}: overrides.{index}"
        met = [own for names, own in declared if override.applies(names)]
        if not met:
            raise DeclarationError(f"{at}.match: {_matching_nothing(override, [names for names, _ in declared])}")
        for keys in () if override.match.experiment else _paths(override.set):
            if all(own.has(keys) for own in met):
                raise DeclarationError(
                    f"{at}.set.{'.'.join(keys)}: changes nothing, since each arm that it matches states its own; only "
                    f"an override that names them wins: match `experiment: [{', '.join(own.at for own in met)}]`"
                )


def _matching_nothing(override: Override, declared: Sequence[Names]) -> str:
    stated = override.match.model_dump(exclude_none=True)
    known = {key: {str(name) for names in declared for name in names.get(key, ())} for key in stated}
    near = (did_you_mean(str(name), known[key]) for key, name in stated.items() if str(name) not in known[key])
    return (
        f"{shown(stated) if stated else 'it states no condition and'} applies to nothing; name an existing dataset, "
        f"part, experiment, model or measurement{''.join(near)}"
    )


def _paths(values: Mapping[str, Any]) -> Iterator[tuple[str, ...]]:
    """The keys that lead to each setting, such as ("model", "width")."""
    for key, value in values.items():
        if isinstance(value, Mapping):
            yield from ((key, *rest) for rest in _paths(value))
        else:
            yield (key,)
