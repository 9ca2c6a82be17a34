"""Changes to the bytes of a YAML file: pieces that mean something to YAML, or that no text file should hold."""

from __future__ import annotations

from collections.abc import Callable

from hypothesis import strategies as st

from faults.mutant import Mutant, original

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
    ways: dict[str, Callable[[], bytes]] = {
        f"{piece[:40]!r} at byte {place}": lambda: data[:place] + piece + data[place:],
        f"{piece[:40]!r} before line {line + 1}": lambda: b"".join([*lines[:line], piece, *lines[line:]]),
        f"{piece[:40]!r} as the value of line {line + 1}": lambda: _with_value(lines, line, piece),
        f"line {line + 1} twice": lambda: b"".join([*lines[:line], lines[line], *lines[line:]]),
        f"no line {line + 1}": lambda: b"".join([*lines[:line], *lines[line + 1 :]]),
        f"line {line + 1} indented": lambda: b"".join([*lines[:line], b" " + lines[line], *lines[line + 1 :]]),
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


def _with_value(lines: list[bytes], line: int, piece: bytes) -> bytes:
    key, colon, _ = lines[line].partition(b":")
    return b"".join([*lines[:line], key + colon + b" " + piece + b"\n", *lines[line + 1 :]])


def bomb(depth: int) -> bytes:
    """A few lines that stand for ten to the power of `depth` values."""
    lines = [b"\na0: &a0 [x, x, x, x, x, x, x, x, x, x]"]
    for level in range(1, depth):
        lines.append(b"a%d: &a%d [%s]" % (level, level, b", ".join([b"*a%d" % (level - 1)] * 10)))
    return b"\n".join(lines) + b"\n"
