"""Models in declarations: a name of the registry, and parameters that its constructor takes.

Constructors are read from syntax trees: nothing is imported for it.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Mapping
from functools import cache
from typing import Annotated, Any, Literal

from pydantic import Field, ValidationError, create_model

from labreport.artifacts.code import covered, defines, file_of, parse
from labreport.declarations.fields import BelowOne, Number, Positive, Strict, Truth
from labreport.declarations.mistakes import explained, shown, suggestion, told
from labreport.declarations.settings import Model
from labreport.models.registry import MODELS

# Constructor parameters that the data set decides.
FROM_DATA = frozenset({"classes", "vocabulary", "length", "vectors"})
Word = Annotated[str, Field(min_length=1)]
# Of a model's constructor: sizes and counts are whole, and begin at 1.
BY_ANNOTATION: Mapping[str, Any] = {"int": Positive, "float": Number, "bool": Truth, "str": Word, "None": None}
PLAIN: Any = Truth | Number | Word
CONVOLUTION = re.compile(r"\bConv2d\b|\btorchvision\b")


@cache
def inputs_of(name: str) -> str:
    """What a model of the registry reads, as its constructor tells: images, texts or pairs."""
    taken = {argument.arg for argument, _ in _constructor(MODELS[name])}
    return "pairs" if "vectors" in taken else "texts" if "vocabulary" in taken else "images"


@cache
def parameters_of(name: str) -> type[Strict]:
    """The parameters of a model's constructor, those apart that the data set decides, with its defaults."""
    fields: dict[str, Any] = {}
    for argument, default in _constructor(MODELS[name]):
        if argument.arg not in FROM_DATA:
            wanted = _type(argument.annotation)
            wanted = BelowOne if argument.arg == "dropout" and wanted is Number else wanted
            fields[argument.arg] = (wanted, ... if default is None else _literal(default))
    model = create_model(name, __base__=Strict, **fields)
    model.called = f"parameter of {name}"
    return model


def _constructor(target: str) -> list[tuple[ast.arg, ast.expr | None]]:
    """(parameter, default) of a class's constructor; an inherited one is looked up in the same module."""
    module, _, name = target.partition(":")
    path = file_of(module)
    classes = {node.name: node for node in parse(path).body if isinstance(node, ast.ClassDef)} if path else {}
    while name in classes:
        for item in classes[name].body:
            if isinstance(item, ast.FunctionDef) and item.name == "__init__":
                arguments = item.args
                positional = [*arguments.posonlyargs, *arguments.args][1:]
                defaults = [None] * (len(positional) - len(arguments.defaults)) + list(arguments.defaults)
                return [
                    *zip(positional, defaults, strict=True),
                    *zip(arguments.kwonlyargs, arguments.kw_defaults, strict=True),
                ]
        name = next((base.id for base in classes[name].bases if isinstance(base, ast.Name)), "")
    return []


def _literal(node: ast.expr) -> Any:
    """A default; of one that is a name, something that nobody writes, since it is left out wherever it holds."""
    try:
        return ast.literal_eval(node)
    except ValueError:
        return ast.unparse(node)


def _type(node: ast.expr | None) -> Any:
    """What an annotation admits."""
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.BitOr):
        return _type(node.left) | _type(node.right)
    if isinstance(node, ast.Subscript) and isinstance(node.value, ast.Name) and node.value.id == "Literal":
        words = node.slice.elts if isinstance(node.slice, ast.Tuple) else [node.slice]
        return Literal[tuple(ast.literal_eval(word) for word in words)]
    return BY_ANNOTATION.get(ast.unparse(node), PLAIN) if node is not None else PLAIN


def resolve_model(model: Model, inputs: str | None) -> tuple[str, dict[str, Any]]:
    """The registry's target of a model, and its parameters without those that have the constructor's defaults.

    Args:
        model: as declared.
        inputs: what it is to read: images, texts or pairs; None admits every model.

    Raises:
        PydanticCustomError: unknown model or parameter, a parameter missing or of another type, a model of other
            inputs. Its `at` is the key.
    """
    if model.name not in MODELS:
        found = f"found {shown(model.name)}, which is not in labreport.models.registry"
        raise told(f"{found}{suggestion(model.name, MODELS)}", at="name")
    target = MODELS[model.name]
    if not defines(*target.split(":", 1)):
        words = f"found {target!r}, but there is no such class; mend the line or write the class"
        raise told(f"labreport.models.registry: {model.name}: {words}", at="name")
    if inputs is not None and inputs_of(model.name) != inputs:
        fitting = ", ".join(name for name in MODELS if inputs_of(name) == inputs)
        words = f"found {shown(model.name)}, a model of {inputs_of(model.name)}; {inputs} are read here"
        raise told(f"{words}, allowed: {fitting}", at="name")
    taken = parameters_of(model.name)
    try:
        return target, taken.model_validate(model.parameters).model_dump(exclude_defaults=True)
    except ValidationError as error:
        key, words = explained(error)[0]
        raise told(words, at=key) from None


@cache
def may_convolve(target: str) -> bool:
    """Whether a model's code names a convolution, or comes from torchvision in part, where one could be."""
    modules = {name.partition(":")[0] for name in covered([target])}
    return any(CONVOLUTION.search(path.read_text(encoding="utf-8")) for path in map(file_of, modules) if path)
