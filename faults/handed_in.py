"""An archive that is altered after it was handed in, with its digests as they were or rewritten to fit."""

from __future__ import annotations

import io
import json
import re
import shutil
import struct
import warnings
import zipfile
from collections.abc import Callable, Mapping
from contextlib import redirect_stdout
from functools import cache
from pathlib import Path
from random import Random

import numpy as np

from faults.fault import Fault, Trial, in_turns
from faults.process import Step
from faults.reference import REPORT, reference
from labreport.artifacts.graph import Graph
from labreport.cli.handed_in import verify_archive
from labreport.declarations.project import Project
from labreport.documents.zips import packed, unpack, unpacked
from labreport.errors import UserError
from labreport.files import SUMS, files_below, write_json, write_sums

Change = Callable[[Path, Random], None]
LINK = 0o120777 << 16
# What cannot be seen from inside: the digest that was noted tells it, and verify says so.
NOTED = "only the digest below tells, if it was noted"
MADE_OF_CHANGE = (".csv", ".json", ".txt", ".md", ".tex", ".html", ".j2")


def run(count: int, folder: Path, rng: Random) -> Fault:
    """Archives that are not what was handed in, verified; what passes must be what verify says of itself."""
    whole = handed_in(folder / "project")
    digest = _verified(whole)[1].rpartition("digest ")[2][:16]
    cases = [*((how, sealed) for how in EDITS for sealed in (True, False)), *((how, False) for how in ZIPS)]
    trials = [
        trial(how, sealed, whole, digest, folder / str(n), rng)
        for n, (how, sealed) in enumerate(in_turns(cases, count, rng))
    ]
    return Fault.of("archive altered after it was handed in, its digests rewritten or not", trials)


def handed_in(root: Path) -> Path:
    """The archive of the small report."""
    reference().finished(root)
    graph = Graph(Project(root))
    made = graph.delivered(f"report/{REPORT}.zip")
    for artifact in made.walk():
        if not artifact.is_there(root):
            path = f".snakemake/labreport/{artifact.step}-{artifact.key}.json"
            write_json(root / path, graph.job(artifact))
            ended = Step((artifact.step, path, "--threads", "1"), root, root.with_name("log")).ended()
            if ended.status:
                raise RuntimeError(f"{artifact.title}: {ended.said}")
    return root / made.output


def trial(how: str, sealed: bool, whole: Path, digest: str, folder: Path, rng: Random) -> Trial:
    """One archive that is altered; `digest` is the one that was noted."""
    folder.mkdir()
    path = folder / f"{REPORT}.zip"
    if how in ZIPS:
        path.write_bytes(ZIPS[how](unpacked(whole.read_bytes())))
    else:
        root = unpack(whole, folder / "taken")
        EDITS[how](root, rng)
        if sealed:
            _seal(root)
        names = sorted({*files_below(root), *(one.relative_to(root).as_posix() for one in root.rglob(SUMS))})
        path.write_bytes(packed({f"{REPORT}/{name}": (root / name).read_bytes() for name in names}))
    before = {*folder.rglob("*"), *folder.parent.glob("*")}
    status, said = _verified(path)
    what = f"{how}{', its digests rewritten' if sealed else ''}"
    if written := {*folder.rglob("*"), *folder.parent.glob("*")} - before:
        return Trial(False, f"{what}: wrote {min(written)}", executed=True)
    if status == 0 and NOTED in said and sealed and how in UNSEEN:
        return Trial.judged(what, "its digest is the same" if f"digest {digest}" in said else None)
    clear = status != 0 and "Traceback" not in said and (status == 1 or len(said.splitlines()) == 1)
    return Trial.judged(what, None if clear else f"passed: {said.splitlines()[-1:]}", lost=status == 0)


def _verified(path: Path) -> tuple[int, str]:
    """Exit status and words of `labreport verify`; 2 where it refuses the archive."""
    said = io.StringIO()
    try:
        with redirect_stdout(said):
            status = verify_archive(path)
    except UserError as error:
        return 2, str(error)
    except Exception as error:
        return 3, f"Traceback: {type(error).__name__}: {error}"
    return status, said.getvalue()


def _seal(root: Path) -> None:
    """Digests that fit, of every run and of the whole."""
    for sums in root.rglob(SUMS):
        write_sums(sums.parent)
    write_sums(root)


def _edit(*patterns: str) -> Change:
    """Another digit in one of some files; of a Word file in its text, of other bytes one bit."""

    def change(root: Path, rng: Random) -> None:
        path = rng.choice([path for pattern in patterns for path in sorted(root.glob(pattern))])
        data = path.read_bytes()
        if path.suffix == ".docx":
            parts = unpacked(data)
            parts["word/document.xml"] = _other(parts["word/document.xml"], rb"<w:t[^>]*>[^<]*?(\d)", rng)
            path.write_bytes(packed(parts))
        elif path.suffix in MADE_OF_CHANGE:
            path.write_bytes(_other(data, rb"(\d)" if path.suffix != ".html" else rb">[^<]*?(\d)[^<]*<", rng))
        else:
            path.write_bytes(data[:-20] + bytes([data[-20] ^ 1]) + data[-19:])

    return change


def _other(data: bytes, pattern: bytes, rng: Random) -> bytes:
    found = rng.choice([*re.finditer(pattern, data)])
    return data[: found.start(1)] + b"%d" % ((int(found[1]) + 1) % 10) + data[found.end(1) :]


def _predictions(root: Path, rng: Random) -> None:
    """Some predictions of a run are right that were wrong."""
    path = rng.choice(sorted(root.glob("runs/*/*/predictions.npz")))
    arrays = dict(np.load(path))
    name = next(name for name in arrays if name != "true")
    arrays[name] = arrays["true"].astype(arrays[name].dtype) if arrays[name].ndim == 1 else arrays[name][::-1]
    np.savez(path, **arrays)


def _exchange(*patterns: str) -> Change:
    """Two files or folders lie in each other's place."""

    def change(root: Path, rng: Random) -> None:
        one, other = rng.sample([path for pattern in patterns for path in sorted(root.glob(pattern))], 2)
        between = root / "between"
        for source, target in ((one, between), (other, one), (between, other)):
            source.rename(target)

    return change


def _remove(*patterns: str) -> Change:
    def change(root: Path, rng: Random) -> None:
        path = rng.choice([path for pattern in patterns for path in sorted(root.glob(pattern))])
        shutil.rmtree(path) if path.is_dir() else path.unlink()

    return change


def _rename(pattern: str) -> Change:
    def change(root: Path, rng: Random) -> None:
        path = rng.choice(sorted(root.glob(pattern)))
        path.rename(path.with_name(f"x{path.name[1:]}"))

    return change


def _add(root: Path, rng: Random) -> None:
    (root / rng.choice(["more.csv", "figures/more.csv", "claims/more.json"])).write_text("1", encoding="utf-8")


def _lead_out(root: Path, rng: Random) -> None:
    """A spec names a file of whoever verifies."""
    path = root / "text" / rng.choice(["markdown", "html", "docx", "latex"]) / "spec.json"
    spec = json.loads(path.read_text(encoding="utf-8"))
    key = rng.choice(["template", "report", "files", "tables"])
    spec[key] = "../../../../etc/passwd" if key in ("template", "report") else {"../../../etc/passwd": {"path": "x"}}
    write_json(path, spec)


EDITS: Mapping[str, Change] = {
    "an epoch of a run": _edit("runs/*/*/metrics.csv"),
    "the summary of a run": _edit("runs/*/*/summary.json"),
    "classes or confusion of a run": _edit("runs/*/*/per_class.csv", "runs/*/*/confusion.csv"),
    "the predictions of a run": _predictions,
    "the spec, code or machine of a run": _edit(*(f"runs/*/*/{name}.json" for name in ("spec", "code", "environment"))),
    "numbers of a table": _edit("tables/*.csv", "tables/*[!c].json"),
    "numbers of all runs": _edit("tables/frames/*.csv"),
    "numbers of a figure": _edit("figures/*.csv"),
    "a claim": _edit("claims/*[!c].json"),
    "a digit of the Markdown": _edit(f"{REPORT}.md"),
    "a digit of the web page": _edit(f"{REPORT}.html"),
    "a digit of the Word file": _edit(f"{REPORT}.docx"),
    "a digit of the LaTeX": _edit(f"{REPORT}.tex"),
    "a digit of a template": _edit("text/sources/templates/small/*.j2"),
    "a picture of the Markdown": _edit(f"{REPORT}/*.svg"),
    "the PDF": _edit(f"{REPORT}.pdf"),
    "a figure as PDF": _edit("figures/*.pdf"),
    "two runs exchanged": _exchange("runs/*/*"),
    "two tables exchanged": _exchange("tables/*.csv", "tables/frames/*.csv"),
    "two forms exchanged": _exchange(f"{REPORT}.md", f"{REPORT}.html", f"{REPORT}.tex"),
    "a form removed": _remove(*(f"{REPORT}.{form}" for form in ("pdf", "html", "md", "tex", "docx"))),
    "a run or a file of it removed": _remove("runs/*/*", "runs/*/*/*.csv"),
    "a figure or table removed": _remove("figures/*.png", "figures/*.pdf", "tables/*.csv"),
    "what the text was written from removed": _remove("text", "text/*/spec.json", "text/sources/templates/small/*"),
    "a run renamed": _rename("runs/*/*"),
    "a table renamed": _rename("tables/*.csv"),
    "a file added": _add,
    "a spec that leads out of the archive": _lead_out,
}
UNSEEN = frozenset({"the PDF", "a figure as PDF", "a file added"})


def _written(*members: tuple[zipfile.ZipInfo | str, bytes], parts: Mapping[str, bytes] | None = None) -> bytes:
    """A zip of the whole archive and more members, which may have any name twice."""
    file = io.BytesIO(packed(parts or {}))
    with zipfile.ZipFile(file, "a", zipfile.ZIP_DEFLATED) as zipped:
        for name, data in members:
            zipped.writestr(name, data)
    return file.getvalue()


def _member(name: str, attributes: int = 0) -> zipfile.ZipInfo:
    member = zipfile.ZipInfo(name)
    member.external_attr, member.create_system = attributes, 3
    member.compress_type = zipfile.ZIP_DEFLATED
    return member


def _patched(data: bytes, offset: int, value: bytes) -> bytes:
    """Other bytes in the directory's last entry."""
    place = data.rindex(b"PK\x01\x02") + offset
    return data[:place] + value + data[place + len(value) :]


@cache
def _zeros() -> bytes:
    return b"\0" * (64 << 20)


ZIPS: Mapping[str, Callable[[Mapping[str, bytes]], bytes]] = {
    **{
        f"a file called {name!r}": lambda parts, name=name: _written((_member(name), b"x"), parts=parts)  # type: ignore[misc]
        for name in ("../x", "/tmp/x", f"{REPORT}/../../x", f"{REPORT}\\..\\x", "C:/x", f"{REPORT}/a:b", "other/x", "x")
    },
    "a file that unpacks to a thousand times as much": lambda parts: _written((f"{REPORT}/x", _zeros()), parts=parts),
    "a file that says it is small": lambda parts: _patched(
        _written((f"{REPORT}/x", _zeros()), parts=parts), 24, struct.pack("<I", 10)
    ),
    "a file that says it has 4 GiB": lambda parts: _patched(packed(parts), 24, b"\xff\xff\xff\xfe"),
    "too many files": lambda parts: _written(*((f"{REPORT}/{n}", b"") for n in range(20_001)), parts=parts),
    "a link": lambda parts: _written((_member(f"{REPORT}/x", LINK), b"/etc/passwd"), parts=parts),
    "a pipe": lambda parts: _written((_member(f"{REPORT}/x", 0o010644 << 16), b""), parts=parts),
    "a name twice": lambda parts: _twice(parts, f"{REPORT}/{REPORT}.pdf"),
    "a name twice, in capitals": lambda parts: _written((f"{REPORT}/{REPORT}.PDF", b"x"), parts=parts),
    "an encrypted file": lambda parts: _patched(packed(parts), 8, b"\x01\x00"),
    "half of it": lambda parts: packed(parts)[: len(packed(parts)) // 2],
    "bytes of a file changed": lambda parts: packed(parts)[:5000] + b"\0" * 50 + packed(parts)[5050:],
    "no zip": lambda parts: b"<html>not found</html>",
}


def _twice(parts: Mapping[str, bytes], name: str) -> bytes:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # zipfile's own
        return _written((name, b"x"), parts=parts)
