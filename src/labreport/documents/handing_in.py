"""The archive that is handed in: a report in every form, and the runs that all its numbers come from."""

import hashlib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from labreport.artifacts.artifact import CODE, INDEX, MADE, SPEC
from labreport.documents.zips import packed
from labreport.errors import ResultsError
from labreport.files import SUMS, files_below, read_object
from labreport.languages import said

README = "README.txt"
RUNS, TEXT, SOURCES = "runs", "text", "sources"  # the last is a folder of `TEXT`: files of the project by their paths
FORMS = ("latex", "markdown", "html", "docx", "pdf")
WRITTEN_FROM = "provenance.json"
# Files of a folder of results that say how it was made; of runs they are kept.
ABOUT = frozenset({SPEC, CODE, MADE, SUMS, INDEX, WRITTEN_FROM})
# Folder -> the ends of its files that are packed.
PACKED = {
    "figures": (".pdf", ".svg", ".png", ".csv", ".txt", ".note"),
    "tables": (".csv", ".json"),
    "claims": (".json",),
}


def archive(spec: Mapping[str, Any]) -> bytes:
    """The archive, the same bytes whenever it is made of the same files.

    Args:
        spec: of a `pack` step: `report`, `lang`, `title`; `parts`, a folder for each of `FORMS` and of
            `PACKED`; `runs`, their folders.

    Raises:
        ResultsError: a folder or one of its files is not there.
    """
    root = spec["report"]
    found = dict(sorted(_files(spec)))
    try:
        parts = {name: path.read_bytes() for name, path in found.items()}
    except OSError as error:
        raise ResultsError(f"{error.filename}: cannot be read ({error.strerror}); build the report again") from None
    parts[README] = readme(root, spec["title"], spec["lang"]).encode()
    sums = "".join(f"{hashlib.sha256(data).hexdigest()}  {name}\n" for name, data in sorted(parts.items()))
    return packed({f"{root}/{name}": data for name, data in sorted({**parts, SUMS: sums.encode()}.items())})


def readme(name: str, title: str, lang: str) -> str:
    """What is what in the archive, and how it is checked."""
    held = [line.split(" | ") for line in said("archive", "held", lang, name).splitlines()]
    width = max(len(one) for one, _ in held) + 3
    lines = [f"{one:<{width}}{words}" for one, words in held]
    return "\n".join([title, "", *lines, "", said("archive", "checks", lang, name)])


def _files(spec: Mapping[str, Any]) -> Iterator[tuple[str, Path]]:
    """Name in the archive -> file."""
    folders = {form: _folder(folder) for form, folder in spec["parts"].items()}
    for form in FORMS:
        yield from ((name, folders[form] / name) for name in files_below(folders[form]) if name not in ABOUT)
    yield from _sources(folders)
    yield from numbers(spec)


def _folder(path: str) -> Path:
    folder = Path(path)
    if not folder.is_dir():
        raise ResultsError(f"{folder}: is not there; build the report again")
    return folder


def _sources(folders: Mapping[str, Path]) -> Iterator[tuple[str, Path]]:
    """Name in the archive -> file, of what a text is written from again."""
    for form in [one for one in FORMS if one != "pdf"]:
        yield from ((f"{TEXT}/{form}/{name}", folders[form] / name) for name in (SPEC, WRITTEN_FROM))
        written = read_object(folders[form] / SPEC)
        yield from ((f"{TEXT}/{SOURCES}/{path}", Path(path)) for path in written.get("files", {}))
        for name, folder in written.get("measurements", {}).items():
            yield from ((f"{TEXT}/measurements/{name}/{one}", Path(folder, one)) for one in files_below(Path(folder)))


def numbers(spec: Mapping[str, Any]) -> Iterator[tuple[str, Path]]:
    """Name in the archive -> file, of figures, tables, claims and runs: all but the text.

    Args:
        spec: as `archive` takes it.

    Raises:
        ResultsError: a folder is not there.
    """
    for name in [one for one in PACKED if one in spec["parts"]]:
        folder = _folder(spec["parts"][name])
        there = (one for one in files_below(folder) if one.endswith(PACKED[name]) and one not in ABOUT)
        yield from ((f"{name}/{one}", folder / one) for one in (*there, SPEC))
    for run in map(Path, spec["runs"]):
        if not (run / SUMS).is_file():
            raise ResultsError(f"{run}: holds no finished run; build the report again to train it")
        for name in (*files_below(run), SUMS):
            yield f"{RUNS}/{run.parent.name}/{run.name}/{name}", run / name
