"""Changes to the project's YAML files, drawn by hypothesis: of values, of keys, and of the files' bytes."""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterator
from typing import Any

import yaml
from hypothesis import strategies as st

from faults.mutant import FILES, Mutant, parsed
from faults.mutant_texts import of_the_text

Way = tuple[Any, ...]
"""The keys and indices that lead to a place in a YAML file."""

WORDS = st.one_of(
    st.text(max_size=8),
    st.sampled_from(
        ["", "1e-4", "../x", "/", "a/b", "a\nb", "\x00", "\u202e", "值", "x" * 5000, "mycnn", "lstm", "2020-01-01"]
    ),
)
SINGLE = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-3, 3),
    st.sampled_from([2**31, 2**63, -(2**64), 10**400]),
    st.floats(),
    st.dates(),
    st.binary(max_size=3),
    WORDS,
)
VALUES = st.recursive(
    SINGLE,
    lambda inner: st.one_of(
        st.lists(inner, max_size=3),
        st.dictionaries(st.one_of(WORDS, st.integers(), st.sampled_from(["name", "kind", "zh"])), inner, max_size=3),
    ),
    max_leaves=6,
)


def places(value: Any, way: Way = ()) -> Iterator[Way]:
    """Every place in a YAML file: leaves, and the mappings and lists that hold them."""
    yield way
    if isinstance(value, dict | list):
        for key in value if isinstance(value, dict) else range(len(value)):
            yield from places(value[key], (*way, key))


def dumped(value: Any) -> bytes:
    """As YAML."""
    return yaml.safe_dump(value, sort_keys=False).encode()


@st.composite
def of_a_value(draw: st.DrawFn, file: str) -> Mutant:
    """One or two places in the file replaced, removed, renamed, wrapped, doubled or exchanged."""
    content = copy.deepcopy(parsed(file))
    done = []
    for _ in range(draw(st.sampled_from([1, 1, 1, 2]))):
        way = draw(st.sampled_from([place for place in places(content) if place] or [()]))
        if way:
            done.append(draw(st.sampled_from(CHANGES))(draw, content, way))
    return Mutant(file, dumped(content), ", ".join(done))


def _holder(content: Any, way: Way) -> tuple[Any, Any]:
    for key in way[:-1]:
        content = content[key]
    return content, way[-1]


def _replace(draw: st.DrawFn, content: Any, way: Way) -> str:
    inner, last = _holder(content, way)
    inner[last] = draw(VALUES)
    return f"{way} replaced"


def _remove(draw: st.DrawFn, content: Any, way: Way) -> str:
    inner, last = _holder(content, way)
    del inner[last]
    return f"{way} removed"


def _rename(draw: st.DrawFn, content: Any, way: Way) -> str:
    """A slip of the pen in a key, or another key altogether."""
    inner, last = _holder(content, way)
    if not isinstance(inner, dict):
        return _replace(draw, content, way)
    word = str(last)
    place = draw(st.integers(0, max(0, len(word) - 1)))
    slips = [word[:place] + word[place + 1 :], word[:place] + word[place:][::-1], word + "s", word.upper()]
    name = draw(st.one_of(st.sampled_from(slips), VALUES.filter(_hashable), st.sampled_from(list(parsed(FILES[0])))))
    renamed = {name if key == last else key: value for key, value in inner.items()}
    inner.clear()
    inner.update(renamed)
    return f"{way} renamed"


def _hashable(value: Any) -> bool:
    return not isinstance(value, dict | list)


def _wrap(draw: st.DrawFn, content: Any, way: Way) -> str:
    inner, last = _holder(content, way)
    value = inner[last]
    inner[last] = draw(
        st.sampled_from([[value], {"name": value}, {"zh": value, "en": value}, str(value), [value, value]])
    )
    return f"{way} wrapped"


def _turn(draw: st.DrawFn, content: Any, way: Way) -> str:
    """A list where a mapping stood, and the other way round."""
    inner, last = _holder(content, way)
    value = inner[last]
    if isinstance(value, dict):
        inner[last] = [{key: one} for key, one in value.items()]
    elif isinstance(value, list):
        inner[last] = {str(one)[:60]: one for one in value}
    else:
        return _wrap(draw, content, way)
    return f"{way} turned"


def _exchange(draw: st.DrawFn, content: Any, way: Way) -> str:
    """Two values of one mapping or list change places."""
    inner, last = _holder(content, way)
    other = draw(st.sampled_from(list(inner) if isinstance(inner, dict) else list(range(len(inner)))))
    inner[last], inner[other] = inner[other], inner[last]
    return f"{way} exchanged with {other}"


def _move(draw: st.DrawFn, content: Any, way: Way) -> str:
    """Written at another depth, as by a wrong indentation."""
    inner, last = _holder(content, way)
    value = inner[last] if isinstance(inner, dict) else inner.pop(last)
    if isinstance(inner, dict):
        del inner[last]
    holders = [place for place in places(content) if isinstance(_at(content, place), dict)]
    target = _at(content, draw(st.sampled_from(holders))) if holders else {}
    target[str(last)] = value
    return f"{way} moved"


def _at(content: Any, way: Way) -> Any:
    for key in way:
        content = content[key]
    return content


CHANGES: list[Callable[[st.DrawFn, Any, Way], str]] = [
    _replace,
    _replace,
    _remove,
    _rename,
    _rename,
    _wrap,
    _turn,
    _exchange,
    _move,
]


@st.composite
def of_the_file(draw: st.DrawFn, file: str) -> Mutant:
    """The whole file replaced, or gone."""
    contents = {
        "gone": None,
        "empty": b"",
        "a list": b"[1, 2]\n",
        "a word": b"word\n",
        "noise": draw(st.binary(max_size=60)),
    }
    change = draw(st.sampled_from(sorted(contents)))
    return Mutant(file, contents[change], change)


def mutants() -> st.SearchStrategy[Mutant]:
    """Any change of any file."""
    kinds = [of_a_value, of_a_value, of_a_value, of_the_text, of_the_text]
    by_file = [st.one_of(*(kind(file) for kind in kinds), of_the_file(file)) for file in FILES]
    return st.one_of(*by_file)


# What `--config` may hand over instead of the words that config.yaml has.
OVERRIDES = st.dictionaries(
    st.one_of(st.sampled_from(["scale", "lang", "seeds", "raw", "tensorboard", "seed"]), WORDS), VALUES, max_size=2
)
