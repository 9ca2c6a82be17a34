"""`labreport export`: a kit of the runs that are missing, to be trained on another machine."""

import argparse
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from labreport.artifacts.artifact import Artifact
from labreport.artifacts.code import SOURCES
from labreport.artifacts.graph import Graph
from labreport.artifacts.history import History
from labreport.cli.plan import duration, seconds
from labreport.data.members import read_members
from labreport.errors import DataError, DeclarationError
from labreport.files import SUMS, write_bytes, write_json, write_text
from labreport.kit import packing, start
from labreport.kit.run import LIST
from labreport.machine.outcome import content
from labreport.running.environment import state

PART_BYTES = 60 << 20  # of the data that are carried at once
UNKNOWN_S = 5.0  # an epoch takes, where nothing tells
README = """{runs} runs of commit {commit}, about {time} one after the other on the machine that was timed.

On a machine with a GPU and Python 3.11 or newer, torch, torchvision, numpy, pandas and filelock, in this folder:

    python3 start.py --seconds 540 --processes 4

A second call goes on where the first one stopped. Then bring runs.tar back, and in the project:

    make gpu-import TAR=runs.tar

The folders part-N may be carried one by one; a run begins when its data are there:

{parts}
"""


@dataclass(frozen=True)
class Part:
    """A file of a kit that holds data.

    Attributes:
        file: its name, which tells its content.
        makes: the file that it is unpacked to, or one of the folder.
        digest: of that file; empty of a folder, which has its own digests.
        packed: gives its bytes.
    """

    file: str
    makes: str
    digest: str
    packed: Callable[[], bytes]


def export(graph: Graph, options: argparse.Namespace) -> int:
    """Write the kit; 0.

    Raises:
        DataError: prepared data or word vectors are not there, and cannot be made on the other machine.
        DeclarationError: no such experiment or report, or the folder is not a kit's.
    """
    lasting, kit = _missing(graph, options), Path(options.to)
    runs = list(lasting)
    if heavy := next((run.title for run in runs if "pretrained" in run.spec), None):
        raise DataError(f"export: {heavy} starts from pretrained weights, which do not travel; name other experiments")
    if not runs:
        print("nothing to export: every run is there")
        return 0
    if kit.is_dir() and any(kit.iterdir()) and not (kit / LIST).is_file():
        raise DeclarationError(f"--to: {kit} holds something else than a kit; name another folder")
    needs = {need.key: need for run in runs for need in run.needs}
    prepared = {key: need for key, need in needs.items() if _made_there(graph, need)}
    parts = list(_parts(graph, [*needs.values()], prepared))
    (kit / "jobs").mkdir(parents=True, exist_ok=True)
    for path in (kit / "jobs").glob("*.json"):
        path.unlink()
    commit, dirty = state()
    places = _write_parts(kit, parts)
    contents: dict[str, Any] = {
        "commit": commit,
        "dirty": dirty,
        "parts": [
            {"file": one.file, "part": places[one.file], "makes": one.makes, "digest": one.digest} for one in parts
        ],
        "prepare": [
            {**_job(graph, kit, need), "wants": [one.makes for one in _sources(graph, need)]}
            for need in prepared.values()
        ],
        "runs": [
            {
                **_job(graph, kit, run),
                "experiment": run.beside["experiment"],
                "wants": [need.path(SUMS) for need in run.needs],
            }
            for run in runs
        ],
    }
    sources = sorted(path for path in (SOURCES / "labreport").rglob("*") if path.is_file() and path.suffix != ".pyc")
    write_bytes(kit / "code.tar.xz", packing.pack_files({f"src/{path.relative_to(SOURCES)}": path for path in sources}))
    shutil.copyfile(start.__file__, kit / "start.py")
    write_json(kit / LIST, contents)
    files = [kit / places[one.file] / one.file for one in parts]
    listed = "\n".join(f"    {path.relative_to(kit)}  {path.stat().st_size:,} bytes" for path in files)
    about = {"runs": len(runs), "commit": f"{commit}{' (edited)' if dirty else ''}", "parts": listed}
    write_text(kit / "README.txt", README.format(time=duration(sum(lasting.values())), **about))
    print(*(f"{duration(lasting[run]):>10}  {run.title}" for run in runs), sep="\n")
    print(f"{kit}: {len(runs)} runs, {sum(path.stat().st_size for path in files) / 1e6:.0f} MB; see README.txt")
    return 0


def _missing(graph: Graph, options: argparse.Namespace) -> dict[Artifact, float]:
    """The runs that are not there -> seconds, in the order of the names; without names the longest first."""
    project = graph.project
    report = project.report(options.report) if options.report else None
    trainable = (name for name in project.experiment_names if not project.experiment(name).settings.pretrained)
    names = options.names or list(report.experiments if report else trainable)
    seeds = project.seeds(report) if report else tuple(project.config.seeds)
    runs = [graph.run(project.experiment(name), seed) for name in names for seed in seeds]
    history = History(graph)
    found = {run: estimate(history, run) for run in runs if not run.is_there(Path())}
    return found if options.names else dict(sorted(found.items(), key=lambda one: one[1], reverse=True))


def estimate(history: History, run: Artifact) -> float:
    """Seconds that a run may take: as earlier ones tell, else as was published, else by its epochs."""
    known = seconds(history, run) or history.graph.project.experiment(run.beside["experiment"]).published.seconds
    return float(known or UNKNOWN_S * run.spec["training"]["epochs"])


def _made_there(graph: Graph, need: Artifact) -> bool:
    """Whether data are prepared on the other machine: images, of which one archive makes several large data sets."""
    if need.step != "prepare" or need.inputs:
        return False
    archive = need.needs[0]
    return graph.project.datasets[need.name].inputs == "images" and (  # type: ignore[union-attr]
        archive.step == "sample" or "files" in need.beside["folder"]
    )


def _sources(graph: Graph, need: Artifact) -> Iterator[Part]:
    """The parts that images are prepared from: the files of the official archive, or a sample."""
    (archive,) = need.needs
    if archive.step == "sample":
        yield _folder(archive)
        return
    source = Path(graph.source(need))
    for name, digest in need.beside["folder"]["files"].items():
        file = f"{name}-{digest.partition(':')[2][:16]}{packing.BATCH}"
        yield Part(file, f"{_raw(need)}/{name}", digest, partial(_read, source, name))


def _raw(need: Artifact) -> str:
    return f"raw/{need.beside['folder']['name']}"


def _read(source: Path, name: str) -> bytes:
    return packing.pack_batch(dict(read_members(source, (name,)))[name])


def _folder(artifact: Artifact) -> Part:
    folder = Path(artifact.folder)
    file = f"{artifact.name}-{artifact.key}-{(content(folder) or '')[:16]}{packing.FOLDER}"
    return Part(file, artifact.path(SUMS), "", partial(packing.pack_folder, folder))


def _parts(graph: Graph, needs: list[Artifact], prepared: dict[str, Artifact]) -> Iterator[Part]:
    """The parts of all that runs need, each once, in the order in which it is needed."""
    found: dict[str, Part] = {}
    lacking: list[str] = []
    for need in needs:
        archive = need.needs[0] if need.key in prepared else need
        downloaded = archive.step == "download"
        if not (Path(graph.source(need)).exists() if downloaded else content(archive.folder)):
            lacking.append(archive.output)
            continue
        parts = _sources(graph, need) if need.key in prepared else [_folder(need)]
        found |= {part.file: part for part in parts if part.file not in found}
    if lacking:
        raise DataError(
            f"not there yet: {', '.join(lacking)}; this makes them, with the same --config:\n"
            f"    snakemake --cores 1 {' '.join(lacking)}"
        )
    yield from found.values()


def _job(graph: Graph, kit: Path, artifact: Artifact) -> dict[str, Any]:
    """Write a job; what a list says of it."""
    value = graph.job(artifact)
    if artifact.step == "prepare" and artifact.needs[0].step == "download":
        value["needs"] = [_raw(artifact)]
    write_json(kit / "jobs" / f"{artifact.key}.json", value)
    return {"key": artifact.key, "title": artifact.title, "makes": artifact.path(SUMS)}


def _write_parts(kit: Path, parts: list[Part]) -> dict[str, str]:
    """Pack what is not packed already, in few folders of at most PART_BYTES, the largest first; file -> its folder."""
    there = {path.name: path.read_bytes() for path in kit.glob("part-*/*")}
    packed = {part.file: there.get(part.file) or part.packed() for part in parts}
    for path in kit.glob("part-*"):
        shutil.rmtree(path)
    places: dict[str, str] = {}
    taken: dict[str, int] = {}
    for file, data in sorted(packed.items(), key=lambda item: -len(item[1])):
        folders = [*taken, f"part-{len(taken) + 1}"]
        folder = next(one for one in folders if one not in taken or taken[one] + len(data) <= PART_BYTES)
        places[file], taken[folder] = folder, taken.get(folder, 0) + len(data)
        write_bytes(kit / folder / file, data)
    return places
