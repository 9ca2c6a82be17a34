"""Models in declarations: a name of the registry, and parameters that its constructor takes."""

from __future__ import annotations

from collections.abc import Callable

from labreport.declarations.mistakes import shown, suggestion, unfit
from labreport.declarations.schema import Model
from labreport.declarations.sources import constructor, has_class
from labreport.errors import DeclarationError
from labreport.models.registry import MODELS

# Constructor parameters that the data set decides.
FROM_DATA = frozenset({"classes", "vocabulary", "vectors"})


def inputs_of(name: str) -> str:
    """What a model of the registry reads, as its constructor tells: images, texts or pairs."""
    taken = constructor(MODELS[name])
    return "pairs" if "vectors" in taken else "texts" if "vocabulary" in taken else "images"


def resolve_model(model: Model, inputs: str | None, place: Callable[[str], str]) -> str:
    """The registry's target of a model, its parameters checked against the constructor.

    Args:
        model: as declared.
        inputs: what it is to read: images, texts or pairs; None admits every model.
        place: "name" or the name of a parameter -> the file and key that wrote it, as messages begin.

    Raises:
        DeclarationError: unknown model or parameter, a parameter missing or of another type, a model of other inputs.
    """
    if model.name not in MODELS:
        raise DeclarationError(
            f"{place('name')}: found {shown(model.name)}, which is not in labreport.models.registry"
            f"{suggestion(model.name, MODELS)}"
        )
    if not has_class(MODELS[model.name]):
        raise DeclarationError(
            f"labreport.models.registry: {model.name}: found {MODELS[model.name]!r}, but there is no such class; "
            "mend the line or write the class"
        )
    if inputs is not None and inputs_of(model.name) != inputs:
        fitting = ", ".join(name for name in MODELS if inputs_of(name) == inputs)
        raise DeclarationError(
            f"{place('name')}: found {shown(model.name)}, a model of {inputs_of(model.name)}; {inputs} are read here, "
            f"allowed: {fitting}"
        )
    parameters = {name: one for name, one in constructor(MODELS[model.name]).items() if name not in FROM_DATA}
    for name, value in model.parameters.items():
        if name not in parameters:
            raise DeclarationError(f"{place(name)}: unknown parameter of {model.name}{suggestion(name, parameters)}")
        if not parameters[name].value.fits(value):
            raise DeclarationError(f"{place(name)}: {unfit(value, parameters[name].value)}")
    for name, parameter in parameters.items():
        if not parameter.has_default and name not in model.parameters:
            raise DeclarationError(f"{place(name)}: is missing; {model.name} needs it")
    return MODELS[model.name]
