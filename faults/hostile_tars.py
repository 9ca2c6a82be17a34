"""Archives made to harm whoever reads them, as bytes of a .tar: what comes instead of, or beside, a good member."""

from __future__ import annotations

import io
import tarfile
import zlib
from collections.abc import Callable, Iterator, Mapping
from random import Random

MIB = 1 << 20
BLOCK = tarfile.BLOCKSIZE

Chunks = Iterator[tuple[bytes, int]]
"""Pieces of a .tar and how often each is repeated, so that a bomb costs nothing to build."""
Attack = Callable[[str, bytes, Random], Chunks]
"""(path of a member that the reader wants, its content, chance) -> what takes its place."""


def header(name: str, kind: bytes = tarfile.REGTYPE, size: int = 0, link: str = "") -> bytes:
    """One block, as GNU tar writes it."""
    info = tarfile.TarInfo(name)
    info.type, info.size, info.linkname = kind, size, link
    return info.tobuf(tarfile.GNU_FORMAT, "utf-8", "surrogateescape")


def block(name: str, kind: bytes, size: int, **fields: bytes) -> bytes:
    """One block with its size in base 256; `fields` replace bytes at a place: `at_1E3=b"..."`."""
    data = bytearray(header(name, kind))
    data[124:136] = (b"\x80" if size >= 0 else b"\xff") + size.to_bytes(11, "big", signed=True)
    for place, value in fields.items():
        start = int(place.removeprefix("at_"), 16)
        data[start : start + len(value)] = value
    data[148:156] = b" " * 8
    data[148:156] = f"{sum(data):06o}\0 ".encode()
    return bytes(data)


def member(name: str, content: bytes) -> bytes:
    """A regular file."""
    return header(name, size=len(content)) + padded(content)


def padded(content: bytes) -> bytes:
    """Filled up to whole blocks."""
    return content + b"\0" * (-len(content) % BLOCK)


def attributes(*records: tuple[str, str], kind: bytes = tarfile.XHDTYPE) -> bytes:
    """A header of POSIX attributes."""
    body = b""
    for key, value in records:
        words = f" {key}={value}\n".encode("utf-8", "surrogateescape")
        length = len(words) + 1
        while len(str(length)) + len(words) != length:
            length += 1
        body += str(length).encode() + words
    return header("././@PaxHeader", kind, len(body)) + padded(body)


def gzipped(chunks: Chunks) -> Iterator[bytes]:
    """A .gz of several members; what repeats is compressed once."""
    for data, times in chunks:
        packer = zlib.compressobj(6, zlib.DEFLATED, 31)
        packed = packer.compress(data) + packer.flush()
        for _ in range(times):
            yield packed


def _beside(entry: Callable[[str, Random], bytes]) -> Attack:
    """The good member stays, something comes before it."""

    def attack(name: str, content: bytes, rng: Random) -> Chunks:
        yield entry(name, rng), 1
        yield member(name, content), 1

    return attack


def _instead(entry: Callable[[str], bytes]) -> Attack:
    def attack(name: str, content: bytes, rng: Random) -> Chunks:
        yield entry(name), 1

    return attack


def _zeros(entry: Callable[[str], bytes], mib: int) -> Attack:
    """A header, and as many zeros behind it."""

    def attack(name: str, content: bytes, rng: Random) -> Chunks:
        yield entry(name), 1
        yield b"\0" * MIB, mib

    return attack


def _repeated(entry: Callable[[str], bytes], times: int) -> Attack:
    def attack(name: str, content: bytes, rng: Random) -> Chunks:
        once = entry(name)
        pieces = max(1, MIB // len(once))
        yield once * pieces, -(-times // pieces)
        yield member(name, content), 1

    return attack


def _altered(name: str, content: bytes, rng: Random) -> Chunks:
    """A header with one byte of chance."""
    data = bytearray(member(name, content))
    data[rng.randrange(BLOCK)] ^= 1 << rng.randrange(8)
    yield bytes(data), 1


def _through_a_link(name: str, content: bytes, rng: Random) -> Chunks:
    """A link to a folder outside, and a file in that folder."""
    top = name.partition("/")[0]
    yield header(f"{top}/out", tarfile.SYMTYPE, link="/tmp") + member(f"{top}/out/labreport-canary", b"reached"), 1
    yield member(name, content), 1


def _twice(name: str, content: bytes, rng: Random) -> Chunks:
    other = bytes(reversed(content))
    pair = [content, other] if rng.random() < 0.5 else [other, content]
    yield b"".join(member(name, one) for one in pair), 1


def _pax(*records: tuple[str, str], kind: bytes = tarfile.XHDTYPE) -> Attack:
    """Attributes before the good member."""

    def attack(name: str, content: bytes, rng: Random) -> Chunks:
        yield attributes(*records, kind=kind) + member(name, content), 1

    return attack


def _numbered_attributes(name: str, content: bytes, rng: Random) -> Chunks:
    """Global attributes, each under a name of its own, which a reader collects."""
    once = header(name.partition("/")[0], tarfile.DIRTYPE)
    for number in range(1500):
        yield attributes((f"key{number}", "x" * 60_000), kind=tarfile.XGLTYPE) + once, 1
    yield member(name, content), 1


def _sparse_map(name: str, content: bytes, rng: Random) -> Chunks:
    """A map of holes, in the member's own data, that has no end."""
    records = (("GNU.sparse.major", "1"), ("GNU.sparse.minor", "0"), ("GNU.sparse.realsize", "10"))
    yield attributes(*records) + header(name, size=600 * MIB) + padded(b"999999999\n" + b"1\n" * (BLOCK // 2 - 5)), 1
    yield b"1\n" * (MIB // 2), 600


def chain(kind: bytes) -> Attack:
    """Headers that each announce the next."""
    return _repeated(lambda name: header("././@LongLink", kind, 2) + padded(b"x\0"), 5000)


OUTSIDE = "../" * 12 + "tmp/labreport-canary"
ATTACKS: Mapping[str, Attack] = {
    "parent": _beside(lambda name, rng: member(name.partition("/")[0] + "/" + OUTSIDE, b"reached")),
    "parent first": _beside(lambda name, rng: member(OUTSIDE, b"reached")),
    "absolute": _beside(lambda name, rng: member("/tmp/labreport-canary", b"reached")),
    "backslash": _beside(lambda name, rng: member("..\\..\\canary", b"reached")),
    "link": _beside(lambda name, rng: header(name + "x", tarfile.SYMTYPE, link="/etc/passwd")),
    "link in place": _instead(lambda name: header(name, tarfile.SYMTYPE, link="/etc/passwd")),
    "hard link": _beside(lambda name, rng: header(name + "x", tarfile.LNKTYPE, link="/etc/passwd")),
    "hard link in place": _instead(lambda name: header(name, tarfile.LNKTYPE, link="/etc/passwd")),
    "through a link": _through_a_link,
    "character device": _instead(lambda name: header(name, tarfile.CHRTYPE)),
    "block device": _instead(lambda name: header(name, tarfile.BLKTYPE)),
    "pipe": _instead(lambda name: header(name, tarfile.FIFOTYPE)),
    "unknown type": _instead(lambda name: header(name, b"Z", 4) + padded(b"data")),
    "twice": _twice,
    "folder in place": _instead(lambda name: header(name, tarfile.DIRTYPE)),
    "control characters": _beside(lambda name, rng: member(f"{name}\x1b[2J\r\n.txt", b"x")),
    "control characters in place": _instead(lambda name: member(name.replace(".txt", "") + "\x1b[2J\n.txt", b"x")),
    "no UTF-8": _beside(lambda name, rng: member(f"{name}\udcff\udcfe", b"x")),
    "long name": _beside(lambda name, rng: member(f"{name}{'x' * 60_000}", b"x")),
    "longer name": _zeros(lambda name: block("././@LongLink", tarfile.GNUTYPE_LONGNAME, 600 * MIB), 700),
    "endless name": _instead(lambda name: block("././@LongLink", tarfile.GNUTYPE_LONGNAME, 1 << 80)),
    "long attributes": _zeros(lambda name: block("pax", tarfile.XHDTYPE, 600 * MIB), 700),
    "many attributes": _numbered_attributes,
    "chain of names": chain(tarfile.GNUTYPE_LONGNAME),
    "chain of links": chain(tarfile.GNUTYPE_LONGLINK),
    "attribute: path": _pax(("path", OUTSIDE)),
    "attribute: size": _pax(("size", "-512")),
    "attribute: large size": _pax(("size", "9" * 30)),
    "attribute: size of letters": _pax(("size", "many")),
    "attribute: global size": _pax(("size", "99999999999"), kind=tarfile.XGLTYPE),
    "attribute: link": _pax(("linkpath", "/etc/passwd")),
    "attribute: character set": _pax(("hdrcharset", "BINARY"), ("comment", "\udcff")),
    "sparse": _instead(lambda name: block(name, tarfile.GNUTYPE_SPARSE, 0, at_1E3=b"77777777777\0")),
    "sparse by attribute": _pax(("GNU.sparse.map", "0,1"), ("GNU.sparse.size", "99999999999")),
    "sparse by numbers": _pax(("GNU.sparse.size", "9999999999"), ("GNU.sparse.numblocks", "999999999")),
    "sparse map": _sparse_map,
    "large": _zeros(lambda name: block(name, tarfile.REGTYPE, 900 * MIB), 900),
    "huge": _instead(lambda name: block(name, tarfile.REGTYPE, 1 << 60)),
    "negative": _instead(lambda name: block(name, tarfile.REGTYPE, -BLOCK)),
    "large beside": _zeros(lambda name: block(name + "x", tarfile.REGTYPE, 3 << 40), 1100),
    "a million members": _repeated(lambda name: header(name.partition("/")[0] + "/x"), 1_000_000),
    "a million folders": _repeated(lambda name: header(name.partition("/")[0], tarfile.DIRTYPE), 1_000_000),
    "damaged header": _altered,
    "nothing": lambda name, content, rng: iter(()),
}
# What comes in place of the whole .tar.gz.
WHOLE: Mapping[str, Callable[[bytes, Random], bytes]] = {
    "cut": lambda data, rng: data[: rng.randrange(len(data))],
    "altered byte": lambda data, rng: _flipped(data, rng),
    "zipped twice": lambda data, rng: b"".join(gzipped(iter([(data, 1)]))),
    "not zipped": lambda data, rng: zlib.decompress(data, 31),
    "empty": lambda data, rng: b"",
    "noise": lambda data, rng: rng.randbytes(5000),
    "more behind": lambda data, rng: data + rng.randbytes(100),
    "a web page": lambda data, rng: b"<html>sign in</html>",
    "a zip": lambda data, rng: b"PK\x03\x04" + data,
}


def _flipped(data: bytes, rng: Random) -> bytes:
    place = rng.randrange(len(data))
    return data[:place] + bytes([data[place] ^ (1 << rng.randrange(8))]) + data[place + 1 :]


def members(archive: bytes) -> list[tuple[str, bytes]]:
    """The regular files of a good .tar.gz."""
    with tarfile.open(fileobj=io.BytesIO(archive), mode="r:gz") as tar:
        found = [(info.name, tar.extractfile(info)) for info in tar if info.isreg()]
        return [(name, file.read()) for name, file in found if file is not None]
