"""Changes to the project's YAML files, drawn by hypothesis: of values, of keys, and of the files' bytes."""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any

import yaml
from hypothesis import strategies as st

from benchmarks.project import ROOT

CONFIG = ROOT / "config"
FILES = sorted(str(path.relative_to(CONFIG)) for path in CONFIG.rglob("*.yaml"))

Way = tuple[Any, ...]
"""The keys and indices that lead to a place in a YAML file."""


@dataclass(frozen=True)
class Mutant:
    """A file of config/ and what it holds now.

    Attributes:
        file: its path below config/.
        content: its bytes; None where it is gone.
        change: what was done, in words.
    """

    file: str
    content: bytes | None
    change: str


@cache
def original(file: str) -> bytes:
    """The bytes of a file below config/."""
    return (CONFIG / file).read_bytes()


@cache
def parsed(file: str) -> Any:
    """The value in a file below config/."""
    return yaml.safe_load(original(file))


WORDS = st.one_of(
    st.text(max_size=8),
    st.sampled_from(
        ["", "1e-4", "../x", "/", "a/b", "a\nb", "\x00", "\u202e", "值", "x" * 5000, "mycnn", "lstm", "2020-01-01"]
    ),
)
NUMBERS = st.one_of(st.integers(-3, 3), st.sampled_from([2**31, 2**63, -(2**64), 10**400]), st.floats())
SINGLE = st.one_of(st.none(), st.booleans(), NUMBERS, st.dates(), st.binary(max_size=3), WORDS)
KEYS = st.one_of(WORDS, st.integers(), st.sampled_from(["name", "kind", "zh"]))
VALUES = st.recursive(
    SINGLE,
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(KEYS, inner, max_size=3)),
    max_leaves=6,
)
# What `--config` may hand over instead of the words that config.yaml has.
OVERRIDES = st.dictionaries(
    st.one_of(st.sampled_from(["scale", "lang", "seeds", "raw", "tensorboard", "failed", "seed"]), WORDS),
    VALUES,
    max_size=2,
)


def places(value: Any, way: Way = ()) -> Iterator[Way]:
    """Every place in a YAML file: leaves, and the mappings and lists that hold them."""
    yield way
    if isinstance(value, dict | list):
        for key in value if isinstance(value, dict) else range(len(value)):
            yield from places(value[key], (*way, key))


@st.composite
def of_a_value(draw: st.DrawFn, file: str) -> Mutant:
    """One or two places in the file replaced, removed, renamed, wrapped, doubled or exchanged."""
    content = copy.deepcopy(parsed(file))
    done = []
    for _ in range(draw(st.sampled_from([1, 1, 1, 2]))):
        if ways := [way for way in places(content) if way]:
            way = draw(st.sampled_from(ways))
            change = draw(st.sampled_from(CHANGES))
            change(draw, content, _at(content, way[:-1]), way[-1])
            done.append(f"{way} {change.__name__}")
    return Mutant(file, yaml.safe_dump(content, sort_keys=False).encode(), ", ".join(done))


def _at(content: Any, way: Way) -> Any:
    for key in way:
        content = content[key]
    return content


def replaced(draw: st.DrawFn, content: Any, holder: Any, last: Any) -> None:
    """Anything in its place."""
    holder[last] = draw(VALUES)


def removed(draw: st.DrawFn, content: Any, holder: Any, last: Any) -> None:
    """Gone."""
    del holder[last]


def renamed(draw: st.DrawFn, content: Any, holder: Any, last: Any) -> None:
    """A slip of the pen in a key, or another key altogether."""
    if not isinstance(holder, dict):
        replaced(draw, content, holder, last)
        return
    word = str(last)
    place = draw(st.integers(0, max(0, len(word) - 1)))
    slips = [word[:place] + word[place + 1 :], word[:place] + word[place:][::-1], word + "s", word.upper()]
    name = draw(st.one_of(st.sampled_from([*slips, *parsed(FILES[0])]), SINGLE))
    items = {name if key == last else key: value for key, value in holder.items()}
    holder.clear()
    holder.update(items)


def wrapped(draw: st.DrawFn, content: Any, holder: Any, last: Any) -> None:
    """In a list or a mapping, or as a word."""
    value = holder[last]
    ways = [[value], {"name": value}, {"zh": value, "en": value}, str(value), [value, value]]
    holder[last] = draw(st.sampled_from(ways))


def turned(draw: st.DrawFn, content: Any, holder: Any, last: Any) -> None:
    """A list where a mapping stood, and the other way round."""
    value = holder[last]
    if isinstance(value, dict):
        holder[last] = [{key: one} for key, one in value.items()]
    elif isinstance(value, list):
        holder[last] = {str(one)[:60]: one for one in value}
    else:
        wrapped(draw, content, holder, last)


def exchanged(draw: st.DrawFn, content: Any, holder: Any, last: Any) -> None:
    """Two values of one mapping or list change places."""
    other = draw(st.sampled_from(list(holder) if isinstance(holder, dict) else list(range(len(holder)))))
    holder[last], holder[other] = holder[other], holder[last]


def moved(draw: st.DrawFn, content: Any, holder: Any, last: Any) -> None:
    """Written at another depth, as by a wrong indentation."""
    value = holder.pop(last)
    holders = [one for one in (_at(content, way) for way in places(content)) if isinstance(one, dict)]
    (draw(st.sampled_from(holders)) if holders else {})[str(last)] = value


CHANGES = [replaced, replaced, removed, renamed, renamed, wrapped, turned, exchanged, moved]

PIECES = [
    b"\t", b"\t- x\n", b"\x00", b"\xff\xfe", b"\xef\xbb\xbf", b"\xc3(", b"\x1b[2J", b"\xe2\x80\xae", b"'", b'"',
    b"{", b"]", b": : :", b"- ", b"&a ", b"*a", b"!!python/object/apply:os.system ['touch labreport-canary']",
    b"!!binary x", b"!!set {a, b}", b"!!omap [a: 1]", b"!!timestamp x", b"!<tag:x> 1", b"!!int x", b"!!float x",
    b"!!bool x", b"!!null x", b"!!str ", b"\n---\n", b"\n...\n", b"%YAML 2.0\n---\n", b"<<: *x\n", b"<<: [1]\n",
    b"<<: {epochs: 3}\n", b"? [a]\n: b\n", b"? {a: b}\n: c\n", b"=: 1\n", b"0x" + b"f" * 400, b"1" * 5000, b"1_000",
    b"1:30:00", b"0o17", b"017", b"1e999", b".nan", b"-.inf", b"~", b"yes", b"NO", b"2020-13-45", b"2020-01-01",
    b"| \n", b">-\n", b"'\\x'", b'"\\ud800"', b'"\\U00110000"', b'"\\x00"', b"\x85", b"\xe2\x80\xa8", b"#", b" # x",
    b"@", b"`", b"\r", b"\r\n", b"[" * 3000, b"{a: " * 400,
]  # fmt: skip


@st.composite
def of_the_text(draw: st.DrawFn, file: str) -> Mutant:
    """The file's own text with pieces put in, lines doubled, dropped or indented, cut, or in another encoding."""
    data = original(file)
    lines = data.splitlines(keepends=True)
    place, line = draw(st.integers(0, len(data))), draw(st.integers(0, len(lines) - 1))
    piece = draw(st.sampled_from(PIECES))
    before, own, after = b"".join(lines[:line]), lines[line], b"".join(lines[line + 1 :])
    ways: dict[str, Callable[[], bytes]] = {
        f"{piece[:40]!r} at byte {place}": lambda: data[:place] + piece + data[place:],
        f"{piece[:40]!r} before line {line + 1}": lambda: before + piece + own + after,
        f"{piece[:40]!r} as the value of line {line + 1}": lambda: (
            before + b"".join(own.partition(b":")[:2]) + b" " + piece + b"\n" + after
        ),
        f"line {line + 1} twice": lambda: before + own + own + after,
        f"no line {line + 1}": lambda: before + after,
        f"line {line + 1} indented": lambda: before + b" " + own + after,
        f"cut at byte {place}": lambda: data[:place],
        f"bit of byte {place}": lambda: (
            data[:place] + bytes(one ^ 4 for one in data[place : place + 1]) + data[place + 1 :]
        ),
        "UTF-16": lambda: data.decode().encode("utf-16"),
        "GB 18030": lambda: data.decode().encode("gb18030"),
        "lines of Windows": lambda: data.replace(b"\n", b"\r\n"),
        "bomb of aliases": lambda: data + bomb(draw(st.integers(3, 40))),
        "alias to itself": lambda: data + b"\nloop: &loop [*loop]\n",
        "the same file twice": lambda: data + b"\n" + data,
    }
    change = draw(st.sampled_from(sorted(ways)))
    return Mutant(file, ways[change](), change)


def bomb(depth: int) -> bytes:
    """A few lines that stand for ten to the power of `depth` values."""
    lines = [b"\na0: &a0 [x, x, x, x, x, x, x, x, x, x]"]
    for level in range(1, depth):
        lines.append(b"a%d: &a%d [%s]" % (level, level, b", ".join([b"*a%d" % (level - 1)] * 10)))
    return b"\n".join(lines) + b"\n"


@st.composite
def of_the_file(draw: st.DrawFn, file: str) -> Mutant:
    """The whole file replaced, or gone."""
    noise = draw(st.binary(max_size=60))
    contents = {"gone": None, "empty": b"", "a list": b"[1, 2]\n", "a word": b"word\n", "noise": noise}
    change = draw(st.sampled_from(sorted(contents)))
    return Mutant(file, contents[change], change)


def mutants() -> st.SearchStrategy[Mutant]:
    """Any change of any file."""
    kinds = [of_a_value, of_a_value, of_a_value, of_the_text, of_the_text, of_the_file]
    return st.one_of(*(st.one_of(*(kind(file) for kind in kinds)) for file in FILES))
