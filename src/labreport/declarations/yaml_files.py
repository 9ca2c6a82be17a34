"""Reading YAML, and where each value stands in it."""

import pickle
import re
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml

from labreport.errors import DeclarationError

# Settings that a later layer changes key by key.
MERGED = frozenset({"model", "data", "vectors"})
MOST_VALUES = 200_000  # a few nested aliases stand for more than any memory holds
EXPONENT = re.compile(r"[-+]?[0-9][0-9_]*(?:\.[0-9_]*)?[eE][-+]?[0-9]+$")


class _UniqueKeys(getattr(yaml, "CSafeLoader", yaml.SafeLoader)):  # type: ignore[misc]
    """YAML lets a later key silently replace an earlier one; here that is an error."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        seen = set()
        for key_node, _ in node.value:
            if key_node.tag == "tag:yaml.org,2002:merge":
                continue
            key = self.construct_object(key_node, deep=True)
            if isinstance(key, list | dict):
                continue  # PyYAML says itself that this is no key
            if key in seen:
                raise yaml.constructor.ConstructorError(
                    None, None, f"{key!r} stands here a second time", key_node.start_mark
                )
            seen.add(key)
        found: dict[Any, Any] = super().construct_mapping(node, deep)
        return found


# PyYAML follows YAML 1.1, where 1e-4 is a word and only 1.0e-4 a number.
_UniqueKeys.add_implicit_resolver("tag:yaml.org,2002:float", EXPONENT, list("-+0123456789"))


def read_yaml(path: Path, where: str) -> dict[str, Any]:
    """The mapping in a YAML file.

    Args:
        path: the file.
        where: how messages name it.

    Raises:
        DeclarationError: it is missing, not UTF-8, not YAML, not a mapping of words, or holds too much.
    """
    try:
        if path.exists() and not path.is_file():
            raise OSError(0, "it is no file")  # a pipe would be waited for
        value = pickle.loads(_parsed(path.read_text(encoding="utf-8")))
    except FileNotFoundError:
        raise DeclarationError(f"{where}: no such file") from None
    except UnicodeDecodeError as error:
        raise DeclarationError(f"{where}: is no text in UTF-8 (byte {error.start}); save it so") from None
    except OSError as error:
        raise DeclarationError(f"{where}: cannot be read: {error}") from None
    except Exception as error:  # a tag with a value that it does not take, such as `!!bool x`, fails in its own way
        raise DeclarationError(f"{where}{_mark(error)}: not valid YAML: {_problem(error)}") from None
    if not isinstance(value, dict):
        found = "nothing" if value is None else f"a {type(value).__name__}"
        raise DeclarationError(f"{where}: a mapping `key: value` is needed, found {found}")
    if not _is_bounded(value):
        raise DeclarationError(f"{where}: holds more than {MOST_VALUES} values; are aliases nested in it?")
    return value


@lru_cache(maxsize=256)
def _parsed(text: str) -> bytes:
    """What YAML says, pickled: a project at several scales reads the same files again, and may change what it is given.

    Raises:
        YAMLError: it is no YAML; or what a tag fails with.
    """
    return pickle.dumps(yaml.load(text, Loader=_UniqueKeys))


def _is_bounded(value: Any) -> bool:
    """Whether a value has an end, counted as often as aliases repeat it."""
    waiting, count = [value], 0
    while waiting and count <= MOST_VALUES:
        one = waiting.pop()
        count += 1
        waiting += one.values() if isinstance(one, dict) else one if isinstance(one, list | set | tuple) else ()
    return count <= MOST_VALUES


def line_of(path: Path, keys: tuple[str, ...]) -> int | None:
    """The line of a YAML file on which a key stands, counted from 1; None where it does not."""
    node = yaml.compose(path.read_text(encoding="utf-8"), Loader=_UniqueKeys)
    line = None
    for key in keys:
        pairs = node.value if isinstance(node, yaml.MappingNode) else []
        if isinstance(node, yaml.SequenceNode) and key.isdecimal() and int(key) < len(node.value):
            node = node.value[int(key)]
            line = node.start_mark.line + 1
            continue
        name, node = next(((name, value) for name, value in pairs if name.value == key), (None, None))
        if name is None:
            return None
        line = name.start_mark.line + 1
    return line


def _mark(error: Exception) -> str:
    mark = getattr(error, "problem_mark", None)
    return f":{mark.line + 1}:{mark.column + 1}" if mark else ""


def _problem(error: Exception) -> str:
    problem = str(getattr(error, "problem", None) or error).splitlines()[0]
    if "tab character" in problem or "start any token" in problem:
        return f"{problem}; indent with spaces, never with a tab, and quote a text that begins with @, %, ` or a tab"
    if "mapping values are not allowed" in problem:
        return f"{problem}: a colon too many, or one too few above; quote a text that holds one"
    if "did not find expected" in problem:
        return f"{problem}; is a bracket or quote above it not closed, or a line indented unlike its neighbours?"
    return problem


def merge(base: Mapping[str, Any], over: Mapping[str, Any]) -> dict[str, Any]:
    """`over` laid on `base`; what stands under one of `MERGED` is merged key by key, everything else is replaced."""
    merged = dict(base)
    for key, value in over.items():
        both = isinstance(merged.get(key), Mapping) and isinstance(value, Mapping)
        merged[key] = {**merged[key], **value} if key in MERGED and both else value
    return merged


def read_text(text: str) -> Any:
    """A value on a command line: a number, True or False, else YAML whose plain words stay words."""
    if not text:
        return None
    for number in (int, float):
        try:
            return number(text)
        except ValueError:
            continue
    if text in {"True", "False"}:
        return text == "True"
    try:
        return yaml.load(text, Loader=yaml.BaseLoader)
    except yaml.YAMLError:
        return text
