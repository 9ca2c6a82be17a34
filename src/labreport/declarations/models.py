"""Models in declarations: a name of the registry, and parameters that its constructor takes.

Constructors are read from syntax trees: nothing is imported for it.
"""

import ast
import re
from collections.abc import Mapping
from functools import cache
from typing import Any, Literal, Self

from pydantic import BaseModel, ConfigDict, ValidationError, create_model, model_validator

from labreport.artifacts.code import covered, defines, file_of, parse
from labreport.declarations.fields import BelowOne, Number, Positive, Strict, Truth, Whole, Word
from labreport.declarations.mistakes import explained, shown, told, unknown
from labreport.models.registry import MODELS

# Constructor parameters that the data set decides.
FROM_DATA = frozenset({"classes", "channels", "size", "vocabulary", "length", "vectors", "weights"})
# Of a model's constructor: sizes and counts are whole, and begin at 1.
BY_ANNOTATION: Mapping[str, Any] = {"int": Positive, "float": Number, "bool": Truth, "str": Word, "None": None}
PLAIN: Any = Truth | Whole | Number | Word
RECURRENCE = re.compile(r"(RNN|LSTM|GRU)")  # how the name of a recurrent layer begins
CONVOLUTION = re.compile(r"\bConv2d\b|\btorchvision\b")


class Model(BaseModel):
    """A model of the registry; every other key is a parameter of its constructor."""

    model_config = ConfigDict(extra="allow", frozen=True)

    name: str

    @model_validator(mode="after")
    def _fit(self) -> Self:
        if self.name not in MODELS:
            where = "is not in labreport.models.registry, where yours gets a line"
            raise told(unknown(self.name, where, MODELS), at="name")
        if not defines(*self.target.split(":", 1)):
            words = f"found {self.target!r}, but there is no such class; mend the line or write the class"
            raise told(f"labreport.models.registry: {self.name}: {words}", at="name")
        for key in FROM_DATA.intersection(self.parameters):
            raise told(f"found {shown(self.parameters[key])}, which the data decide; leave it out", at=key)
        try:
            parameters_of(self.name).model_validate(self.parameters)
        except ValidationError as error:
            key, words = explained(error, self.parameters)[0]
            raise told(words, at=key) from None
        return self

    @classmethod
    def __get_pydantic_json_schema__(cls, schema: Any, handler: Any) -> dict[str, Any]:
        """Of every model with its parameters; a layer of settings may leave some to another, the name too."""
        of_models: list[Any] = [{"properties": {"name": False}}]
        for name in MODELS:
            taken = parameters_of(name).model_json_schema()
            properties = {"name": {"const": name}, **taken.get("properties", {})}
            of_models.append({"properties": properties, "required": ["name"], "additionalProperties": False})
        return {"description": cls.__doc__, "type": "object", "anyOf": of_models}

    @property
    def target(self) -> str:
        """ "module:Class"."""
        return MODELS[self.name]

    @property
    def parameters(self) -> dict[str, Any]:
        """Of its constructor, as declared."""
        return dict(self.model_extra or {})

    @property
    def spec(self) -> dict[str, Any]:
        """Its target, and its parameters without those that have the constructor's defaults."""
        parameters = parameters_of(self.name).model_validate(self.parameters)
        return {"target": self.target, "parameters": parameters.model_dump(exclude_defaults=True)}

    def misread(self, inputs: str) -> str:
        """What is wrong where it is to read images, texts or pairs; empty where it does."""
        if inputs_of(self.name) == inputs:
            return ""
        fitting = ", ".join(name for name in MODELS if inputs_of(name) == inputs)
        reads = f"found {shown(self.name)}, a model of {inputs_of(self.name)}"
        return f"{reads}; {inputs} are read here, allowed: {fitting}"


@cache
def inputs_of(name: str) -> str:
    """What a model of the registry reads, as its constructor tells: images, texts or pairs."""
    taken = {argument.arg for argument, _ in _constructor(MODELS[name])}
    return "pairs" if "vectors" in taken else "texts" if "vocabulary" in taken else "images"


@cache
def takes_weights(name: str) -> bool:
    """Whether a model of the registry can start from pretrained weights."""
    return any(argument.arg == "weights" for argument, _ in _constructor(MODELS[name]))


@cache
def parameters_of(name: str) -> type[Strict]:
    """The parameters of a model's constructor, those apart that the data set decides, with its defaults."""
    fields: dict[str, Any] = {}
    for argument, default in _constructor(MODELS[name]):
        if argument.arg not in FROM_DATA:
            wanted = _type(argument.annotation)
            wanted = BelowOne if argument.arg == "dropout" and wanted is Number else wanted
            fields[argument.arg] = (wanted, ... if default is None else _literal(default, MODELS[name]))
    model = create_model(name, __base__=Strict, **fields)
    model.called = f"parameter of {name}"
    return model


def _constructor(target: str) -> list[tuple[ast.arg, ast.expr | None]]:
    """(parameter, default) of a class's constructor; an inherited one is looked up in the same module."""
    module, _, name = target.partition(":")
    classes = _classes(module)
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


@cache
def _classes(module: str) -> dict[str, ast.ClassDef]:
    """The classes of a module of this package; none where there is no such module."""
    path = file_of(module)
    return {node.name: node for node in parse(path).body if isinstance(node, ast.ClassDef)} if path else {}


def _literal(node: ast.expr, target: str) -> Any:
    """A default; of one that is a name, the constant of the class's module, else something that nobody writes."""
    meant = _constants(target.partition(":")[0]).get(node.id, node) if isinstance(node, ast.Name) else node
    try:
        return ast.literal_eval(meant)
    except ValueError:
        return ast.unparse(node)


@cache
def _constants(module: str) -> dict[str, ast.expr]:
    """The names that a module gives a value, and what that is."""
    path = file_of(module)
    assigned = [one for one in parse(path).body if isinstance(one, ast.Assign)] if path else []
    return {ast.unparse(one.targets[0]): one.value for one in assigned}


def _type(node: ast.expr | None) -> Any:
    """What an annotation admits."""
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.BitOr):
        return _type(node.left) | _type(node.right)
    if isinstance(node, ast.Subscript) and isinstance(node.value, ast.Name) and node.value.id == "Literal":
        words = node.slice.elts if isinstance(node.slice, ast.Tuple) else [node.slice]
        return Literal[tuple(ast.literal_eval(word) for word in words)]
    return BY_ANNOTATION.get(ast.unparse(node), PLAIN) if node is not None else PLAIN


@cache
def may_convolve(target: str) -> bool:
    """Whether a model's code names a convolution, or comes from torchvision in part, where one could be."""
    modules = {name.partition(":")[0] for name in covered([target])}
    return any(CONVOLUTION.search(path.read_text(encoding="utf-8")) for path in map(file_of, modules) if path)


@cache
def recurs(target: str) -> bool:
    """Whether a class of a model's code names a recurrent layer."""
    found = (name.partition(":") for name in covered([target]))
    classes = (_classes(module).get(name) for module, _, name in found)
    nodes = (node for one in classes if one is not None for node in ast.walk(one))
    return any(RECURRENCE.match(getattr(node, "attr", getattr(node, "id", ""))) for node in nodes)
