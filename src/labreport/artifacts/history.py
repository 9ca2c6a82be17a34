"""What was made before, and why something is to be made although that is there, in words."""

from collections.abc import Callable, Mapping
from functools import cache
from pathlib import Path
from typing import Any

from labreport.artifacts.artifact import INDEX, ITEMS, Artifact, measured
from labreport.artifacts.difference import NAMED, differences, followed, in_words, listed
from labreport.artifacts.folders import specs
from labreport.artifacts.graph import Graph
from labreport.files import read_object
from labreport.machine.outcome import content, missing
from labreport.running.checkpoint_files import checkpoints_in, folder_of

NEVER = {"train": "never run", "measure": "never taken"}
VERDICTS = "the verdict on its claims"  # what a figure of claims is made from


class History:
    """The earlier artifacts of a project, read when they are asked about.

    Args:
        graph: of what is declared now.
    """

    def __init__(self, graph: Graph) -> None:
        self.graph = graph
        self._earlier = cache(specs)
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
        return ", ".join(self._changes(earlier, artifact)) or "its spec changed"

    def kept_epoch(self, artifact: Artifact) -> int | None:
        """The last epoch of a stopped run that a checkpoint holds; None where there is none."""
        if artifact.step != "train" or artifact.is_there(Path()):
            return None
        files = checkpoints_in(folder_of(Path(artifact.folder)))
        return files[0].epoch if files else None

    def nearest(
        self,
        artifact: Artifact,
        *,
        any_seed: bool = False,
        among: Callable[[Path, Mapping[str, Any]], bool] = lambda folder, spec: True,
    ) -> Path | None:
        """The folder of the earlier artifact of the same name that differs in the fewest leaves; of several the newest.

        Args:
            artifact: that is planned.
            any_seed: of a run, also those of other seeds, and the seed counts nothing.
            among: says of the folder and spec of one whether it counts.
        """
        name = artifact.beside["experiment"] if artifact.step == "train" else artifact.name
        found = [
            (sum(1 for path, _, _ in differences(spec, artifact.spec) if path != ("seed",)), folder)
            for folder, spec in self._named(artifact.step).get(name, {}).items()
            if (any_seed or spec.get("seed") == artifact.spec.get("seed")) and among(folder, spec)
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

    def _changes(self, folder: Path, artifact: Artifact) -> list[str]:
        """What is different, also in what the two were made from."""
        old = self._earlier(artifact.step)[folder]
        found = followed(folder, old, artifact.step, artifact.spec, artifact.needs)
        if artifact.step in {"write", "section"}:  # a run of each data set, which is among the results
            found = (one for one in found if one[0][0] != "data")
        return in_words(found)

    def _of_items(self, artifact: Artifact) -> str:
        """Which figures, tables or claims are to be made, and why."""
        reasons: dict[str, list[str]] = {}
        for name, why in self.items(artifact).items():
            reasons.setdefault(why, []).append(name)
        return "; ".join(f"{listed(names, NAMED)}: {why}" for why, names in reasons.items())

    def items(self, artifact: Artifact) -> dict[str, str]:
        """Figure, table or claim -> why it is to be made; those are left out that lie elsewhere as they are to be."""
        lying = {folder: spec.get("items") or {} for folder, spec in self._earlier(artifact.step).items()}
        there = [one for items in lying.values() for one in items.values()]
        own = [(folder, items) for folder, items in lying.items() if folder.parent.name == artifact.name]
        own.sort(key=lambda one: sum(one[1].get(name) == item for name, item in artifact.spec["items"].items()))
        titles = {one.folder: VERDICTS if one.step == "judge" else one.title for one in artifact.needs}
        unmade = {one.folder for one in artifact.needs if not one.is_there(Path())}
        files = {name.rpartition(".")[0] for name in missing(artifact.folder)}
        index = read_object(artifact.path(INDEX))
        found = {}
        for name, spec in artifact.spec["items"].items():
            held = index.get(name, {}).get("of", {})
            of = measured(spec) if spec in there else made_of(spec)
            if gone := [titles[path] for path in of if path in unmade]:
                found[name] = f"{listed(gone, NAMED)} {'is' if len(gone) == 1 else 'are'} made"
            elif spec not in there:
                earlier = next(((folder, items[name]) for folder, items in reversed(own) if name in items), None)
                words = in_words(followed(*earlier, artifact.step, spec)) if earlier else []
                found[name] = ", ".join(words) or "never made"
            elif again := [titles.get(path, path) for path, digest in held.items() if content(path) != digest]:
                found[name] = f"results of {listed(again, NAMED)} changed"
            elif name in files:
                found[name] = "a file of it is gone"
        return found


def made_of(spec: Mapping[str, Any]) -> list[str]:
    """The folders of all that a figure, table or claim is made from: runs, measurements, claims and data."""
    return [*measured(spec), *spec["data"].values()]
