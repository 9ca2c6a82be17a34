"""What modules of this package offer, read from their syntax trees: nothing is imported for it."""

from __future__ import annotations

import ast
import sys
from dataclasses import dataclass
from functools import cache

from labreport.planning.code import PACKAGE, SOURCES, closure, parse
from labreport.values import (
    NOTHING,
    NUMBER,
    PLAIN,
    POSITIVE_WHOLE,
    PROBABILITY_BELOW_ONE,
    TRUTH,
    WORD,
    Value,
    either,
    one_of,
)

# Of a model's constructor: sizes and counts are whole, and begin at 1.
BY_ANNOTATION = {"int": POSITIVE_WHOLE, "float": NUMBER, "bool": TRUTH, "str": WORD, "None": NOTHING}

CONVOLUTION = "Conv2d"
PACKAGES_WITHOUT_MODELS = (PACKAGE, "torch", "numpy")


@dataclass(frozen=True)
class Parameter:
    """A parameter of a constructor: what it takes, as far as its annotation tells, and whether it may be left out."""

    value: Value
    has_default: bool


@cache
def constructor(target: str) -> dict[str, Parameter]:
    """The parameters of a class's constructor.

    Args:
        target: "labreport.models.resnet:ResNet34"; an inherited `__init__` is looked up in the same module.

    Returns:
        Parameter name -> what it takes; empty where no constructor is found.

    Raises:
        CodeChangedError: the module is no valid Python.
    """
    module, _, name = target.partition(":")
    classes = {node.name: node for node in _body(module) if isinstance(node, ast.ClassDef)}
    while name in classes:
        for item in classes[name].body:
            if isinstance(item, ast.FunctionDef) and item.name == "__init__":
                return _parameters(item.args)
        name = next((base.id for base in classes[name].bases if isinstance(base, ast.Name)), "")
    return {}


def has_class(target: str) -> bool:
    """Whether the module of "labreport.package.module:Class" exists and defines that class."""
    module, _, name = target.partition(":")
    return any(isinstance(node, ast.ClassDef) and node.name == name for node in _body(module))


@cache
def may_convolve(target: str) -> bool:
    """Whether a model's code names a convolution, or comes from another package in part, where one could be.

    Args:
        target: "labreport.models.resnet:ResNet34"; all of the package's modules that its module imports count.

    Raises:
        CodeChangedError: a module is no valid Python.
    """
    names: set[str] = set()
    for path in closure([target.partition(":")[0]]).values():
        for node in ast.walk(parse(path)):
            if isinstance(node, ast.Import | ast.ImportFrom):
                names |= {f"from {module.partition('.')[0]}" for module in _imported(node)}
                names |= {alias.name for alias in node.names}
            elif isinstance(node, ast.Name | ast.Attribute):
                names.add(node.id if isinstance(node, ast.Name) else node.attr)
    known = {f"from {name}" for name in (*sys.stdlib_module_names, *PACKAGES_WITHOUT_MODELS)}
    return any(CONVOLUTION in name for name in names) or any(
        name.startswith("from ") and name not in known for name in names
    )


def _imported(node: ast.Import | ast.ImportFrom) -> list[str]:
    if isinstance(node, ast.Import):
        return [alias.name for alias in node.names]
    return [PACKAGE if node.level else node.module or PACKAGE]


def has_function(module: str, name: str) -> bool:
    """Whether a module exists and defines a function of that name."""
    return any(isinstance(node, ast.FunctionDef) and node.name == name for node in _body(module))


@cache
def _body(module: str) -> list[ast.stmt]:
    path = SOURCES.joinpath(*module.split(".")).with_suffix(".py")
    return parse(path).body if path.is_file() else []


def _parameters(arguments: ast.arguments) -> dict[str, Parameter]:
    positional = [*arguments.posonlyargs, *arguments.args][1:]
    required = len(positional) - len(arguments.defaults)
    defaults = [index >= required for index in range(len(positional))]
    defaults += [default is not None for default in arguments.kw_defaults]
    both = zip([*positional, *arguments.kwonlyargs], defaults, strict=True)
    return {argument.arg: Parameter(_value(argument), has_default) for argument, has_default in both}


def _value(argument: ast.arg) -> Value:
    found = _annotated(argument.annotation)
    return PROBABILITY_BELOW_ONE if argument.arg == "dropout" and found is NUMBER else found


def _annotated(node: ast.expr | None) -> Value:
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.BitOr):
        return either(_annotated(node.left), _annotated(node.right))
    if isinstance(node, ast.Subscript) and isinstance(node.value, ast.Name) and node.value.id == "Literal":
        words = node.slice.elts if isinstance(node.slice, ast.Tuple) else [node.slice]
        return one_of(*(str(ast.literal_eval(word)) for word in words))
    return BY_ANNOTATION.get(ast.unparse(node), PLAIN) if node is not None else PLAIN
