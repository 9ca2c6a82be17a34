"""What was made before, and why something is to be made although that is there, in words."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any

from labreport.artifacts.artifact import CODE, FOLDERS, INDEX, ITEMS, SPEC, Artifact, measured, roots
from labreport.artifacts.code import covered
from labreport.artifacts.difference import change, differences, listed
from labreport.artifacts.graph import Graph
from labreport.files import read_object as read_object
from labreport.machine.outcome import content, missing
from labreport.running.checkpoint_files import checkpoints_in, folder_of

NAMED = 3
NEVER = {"train": "never run", "measure": "never taken"}


class History:
    """The earlier artifacts of a project, read when they are asked about.

    Args:
        graph: of what is declared now.
    """

    def __init__(self, graph: Graph) -> None:
        self.graph = graph
        self._earlier = cache(self._read)
        self._named = cache(self._grouped)

    def said(self, artifact: Artifact) -> str:
        """What an artifact is and why it is to be made: `resnet34 seed 0: learning_rate 0.001 -> 0.0005`."""
        return f"{artifact.title}: {self.why(artifact)}"

    def why(self, artifact: Artifact) -> str:
        """Why an artifact is to be made; several reasons are joined with commas."""
        if message := artifact.failed(Path()):
            return f"failed before: {' '.join(message.split())}"
        if epoch := self.kept_epoch(artifact):
            return f"stopped after epoch {epoch} of {artifact.spec['training']['epochs']}, goes on there"
        if artifact.step in ITEMS and (words := self._of_items(artifact)):
            return words
        if artifact.is_there(Path()):
            return "is there and is made once more"
        earlier = self.nearest(artifact)
        if earlier is None:
            other = artifact.step == "train" and self.nearest(artifact, any_seed=True)
            return "new seed" if other else NEVER.get(artifact.step, "never made")
        return ", ".join(dict.fromkeys(self._changes(earlier, artifact))) or "its spec changed"

    def kept_epoch(self, artifact: Artifact) -> int | None:
        """The last epoch of a stopped run that a checkpoint holds; None where there is none."""
        if artifact.step != "train" or artifact.is_there(Path()):
            return None
        files = checkpoints_in(folder_of(Path(artifact.folder)))
        return files[0].epoch if files else None

    def _read(self, step: str) -> dict[Path, dict[str, Any]]:
        """Folder -> spec of all that a step made."""
        if step == "download":
            return {}  # an archive is known by its own digest
        found = {path.parent: read_object(path) for path in Path("results", FOLDERS[step]).glob(f"*/*/{SPEC}")}
        return {folder: spec for folder, spec in sorted(found.items()) if spec}

    def nearest(self, artifact: Artifact, *, any_seed: bool = False) -> Path | None:
        """The folder of the earlier artifact of the same name that differs in the fewest leaves; of several the newest.

        Args:
            artifact: that is planned.
            any_seed: of a run, also those of other seeds, and the seed counts nothing.
        """
        name = artifact.beside["experiment"] if artifact.step == "train" else artifact.name
        found = [
            (sum(1 for path, _, _ in differences(spec, artifact.spec) if path != ("seed",)), folder)
            for folder, spec in self._named(artifact.step).get(name, {}).items()
            if any_seed or spec.get("seed") == artifact.spec.get("seed")
        ]
        fewest = min((count for count, _ in found), default=0)
        near = [folder for count, folder in found if count == fewest]
        return max(near, key=lambda folder: folder.stat().st_mtime, default=None)

    def _grouped(self, step: str) -> dict[str, dict[Path, dict[str, Any]]]:
        """Name -> folder -> spec of all that a step made; a run has the name of its experiment."""
        found: dict[str, dict[Path, dict[str, Any]]] = {}
        for folder, spec in self._earlier(step).items():
            name = read_object(folder / "summary.json").get("experiment") if step == "train" else folder.parent.name
            found.setdefault(str(name), {})[folder] = spec
        return found

    def _changes(self, folder: Path, artifact: Artifact) -> Iterator[str]:
        """What is different, the spec of what it was made from followed where only its key is in the spec."""
        found = list(differences(self._earlier(artifact.step)[folder], artifact.spec))
        paths = {path for path, _, _ in found}
        for path, old, new in found:
            if path == ("code",):
                words = _code_change(folder, artifact.step, artifact.spec, another=("model", "target") in paths)
                yield from [words] if words else []
            elif path[-1] == "key" and path[0] in {"data", "vectors"} and (path[0], "dataset") not in paths:
                yield from self._need_changes(path[0], str(old), artifact)
            elif path[-1] in {"digest"} and isinstance(old, str) and isinstance(new, str):
                yield _source_change(artifact.name, old, new)
            elif artifact.step in {"write", "section", "typeset"}:
                if path[0] != "data":  # a run of each data set, which is among the results
                    yield _text_change(path, old, new)
            elif path != ("task", "target") and path[-1] != "key":
                yield change(path, old, new)

    def _need_changes(self, role: str, old: str, artifact: Artifact) -> Iterator[str]:
        """What is different about data or vectors, as far as the earlier ones are still there to tell."""
        step = "prepare" if role == "data" else "vectors"
        need = next((one for one in artifact.needs if one.step == step), None)
        words = "data" if role == "data" else "word vectors"
        if need is None:
            yield f"{words} taken away"
            return
        earlier = next((folder for folder in self._earlier(step) if folder.name == old), None)
        if earlier is None:
            yield f"{words} {need.spec.get('dataset', '')}".strip() + " changed"
            return
        for one in self._changes(earlier, need):
            apart = one.startswith(("code", "a generated", "real", "archive", "generated", "data "))
            yield one if apart else f"{words} {one}"

    def _of_items(self, artifact: Artifact) -> str:
        """Which figures, tables or claims are to be made, and why."""
        reasons: dict[str, list[str]] = {}
        for name, why in self.items(artifact).items():
            reasons.setdefault(why, []).append(name)
        return "; ".join(f"{listed(names, NAMED)}: {why}" for why, names in reasons.items())

    def items(self, artifact: Artifact) -> dict[str, str]:
        """Figure, table or claim -> why it is to be made; those are left out that lie elsewhere as they are to be."""
        folders = [folder for folder in self._earlier(artifact.step) if folder.parent.name == artifact.name]
        specs = [(self._earlier(artifact.step)[folder].get("items") or {}, folder) for folder in folders]
        specs.sort(key=lambda one: sum(one[0].get(name) == item for name, item in artifact.spec["items"].items()))
        there = [one for spec in self._earlier(artifact.step).values() for one in (spec.get("items") or {}).values()]
        titles = {one.folder: one.title for one in artifact.needs}
        unmade = {one.folder for one in artifact.needs if not one.is_there(Path())}
        files, index = {name.rpartition(".")[0] for name in missing(artifact.folder)}, read_object(_index(artifact))
        found = {}
        for name, spec in artifact.spec["items"].items():
            held = index.get(name, {}).get("of", {})
            of = measured(spec) if spec in there else made_of(spec)
            if gone := [titles[path] for path in of if path in unmade]:
                found[name] = f"{listed(gone, NAMED)} {'is' if len(gone) == 1 else 'are'} made"
            elif spec not in there:
                earlier = next(((items[name], folder) for items, folder in reversed(specs) if name in items), None)
                words = [] if earlier is None else [*_item_changes(*earlier, artifact.step, spec)]
                found[name] = ", ".join(dict.fromkeys(words)) or "never made"
            elif again := [titles.get(path, path) for path, digest in held.items() if content(path) != digest]:
                found[name] = f"results of {listed(again, NAMED)} changed"
            elif name in files:
                found[name] = "a file of it is gone"
        return found


def _index(artifact: Artifact) -> Path:
    return Path(artifact.path(INDEX))


def _item_changes(old: Mapping[str, Any], folder: Path, step: str, new: Mapping[str, Any]) -> Iterator[str]:
    """What is different about a figure, table or claim that lies in an earlier folder."""
    for path, was, now in differences(old, new):
        code = _code_change(folder, step, new, another=True) if path == ("code",) else ""
        yield code or _text_change(path, was, now)


def _code_change(folder: Path, step: str, spec: Mapping[str, Any], *, another: bool) -> str:
    """Which definitions changed; those that come or go with another model say nothing beside it."""
    old, new = read_object(folder / CODE), covered(roots(step, spec))
    both = [name for name in sorted(old.keys() & new.keys()) if old[name] != new[name]]
    apart = sorted(old.keys() ^ new.keys())
    if both or not old:
        return f"code of {listed([_short(name) for name in both], NAMED)} changed" if both else "code changed"
    return f"code of {listed([_short(name) for name in apart], NAMED)} came or went" if apart and not another else ""


def made_of(spec: Mapping[str, Any]) -> list[str]:
    """The folders of all that a figure, table or claim is made from: runs, measurements and data."""
    return [*measured(spec), *spec["data"].values()]


def _short(name: str) -> str:
    """`models.lenet:LeNet5`, a definition without the name of the package."""
    return name.removeprefix("labreport.").removesuffix(":")


def _source_change(name: str, old: str, new: str) -> str:
    was_sample, is_sample = (digest.startswith("sample:") for digest in (old, new))
    if was_sample and is_sample:
        return f"generated sample of {name} changed"
    if is_sample:
        return f"a generated sample of {name} instead of the real data"
    return f"real {name} instead of a generated sample" if was_sample else f"archive of {name} changed"


def _text_change(path: tuple[str, ...], old: Any, new: Any) -> str:
    """A leaf of what a text or an item is made from, in words."""
    if path[0] in {"files", "listings"} and len(path) > 1:
        return f"{path[1]} changed"
    if path[0] in {"figures", "tables", "claims"}:
        return f"{path[0]} are made anew"
    if path[0] == "experiments" and len(path) > 1:
        return f"{'results' if 'runs' in path else '.'.join(path[2:]) or 'experiment'} of {path[1]} changed"
    if path in {("code",), ("text",)}:
        return "its code changed" if path == ("code",) else "its text is written anew"
    return change(tuple(part for part in path if part != "declaration") or path, old, new)
