"""A small stand-in for STSbenchmark, in the format of Stsbenchmark.tar.gz.

A sentence tells a scene: who does what to which thing, and where. Each of the four can be said in two ways (a man, a
guy), sentences come in several forms, and a score is the weight of what both scenes have in common. Sentences that
share all words are therefore alike, but those that share none may be, too, and a reader has to learn which words mean
the same.
"""

from collections.abc import Mapping
from pathlib import Path

import numpy as np

from labreport.data.samples import write_tar

# Each meaning with the ways to say it; weights add up to the highest score.
PARTS: Mapping[str, tuple[float, tuple[tuple[str, str], ...]]] = {
    "who": (1.5, (
        ("man", "guy"), ("woman", "lady"), ("child", "kid"), ("doctor", "physician"), ("teacher", "schoolmaster"),
        ("lawyer", "attorney"), ("pilot", "flyer"), ("farmer", "grower"), ("sailor", "seaman"), ("thief", "robber"),
    )),
    "does": (1.75, (
        ("painting", "drawing"), ("carrying", "holding"), ("cleaning", "washing"), ("pushing", "shoving"),
        ("watching", "observing"), ("buying", "purchasing"), ("repairing", "fixing"), ("hiding", "concealing"),
        ("filming", "recording"), ("lifting", "raising"),
    )),
    "what": (1.25, (
        ("bike", "bicycle"), ("car", "automobile"), ("sofa", "couch"), ("cup", "mug"), ("boat", "ship"),
        ("coat", "jacket"), ("box", "carton"), ("stone", "rock"), ("rug", "carpet"), ("lamp", "lantern"),
    )),
    "where": (0.5, (
        ("in the street", "on the road"), ("in the woods", "in the forest"), ("by the sea", "near the ocean"),
        ("in the shop", "at the store"), ("in the garden", "in the yard"), ("on the hill", "up the slope"),
    )),
}  # fmt: skip
FORMS = (
    "A {who} is {does} a {what} {where}.",
    "The {who} is {does} the {what} {where}.",
    "{Where}, a {who} is {does} a {what}.",
    "A {what}: the {who} is {does} it {where}.",
)
QUOTED = '"{}'  # as in the official files, where a quotation may go on in the next sentence
QUOTES = 0.05  # share of sentences with one
NUMBERED = "{} (photo {})"
NUMBERS = 0.1  # share of sentences with one
MOST = 1000  # so many that most numbers stay below any min_count and are unknown words
LICENSED = 0.05  # share of lines with two more columns
LICENCE = ("generated", "no rights reserved")
README = "Generated pairs of sentences in the layout of STSbenchmark: genre, file, year, number, score, two sentences."


def write_archive(path: Path, parameters: Mapping[str, int]) -> None:
    """Write the archive: one table of tab-separated lines per split.

    Args:
        path: of the archive.
        parameters: `train_pairs`, `dev_pairs` and `test_pairs`, how many; `seed`.
    """
    rng = np.random.default_rng(parameters["seed"])
    files = {"readme.txt": README}
    for split in ("train", "dev", "test"):
        lines = (_line(rng, split, number) for number in range(parameters[f"{split}_pairs"]))
        files[f"sts-{split}.csv"] = "".join(f"{line}\n" for line in lines)
    write_tar(path, ((f"stsbenchmark/{name}", text.encode()) for name, text in files.items()))


def write(rng: np.random.Generator) -> tuple[float, str, str]:
    """A score and two sentences; how many parts the scenes share is drawn first, so that scores spread evenly."""
    parts = list(PARTS)
    shared = set(rng.permutation(parts)[: rng.integers(len(parts) + 1)].tolist())
    one, other, score = {}, {}, 0.0
    for part, (weight, meanings) in PARTS.items():
        one[part], different = (int(index) for index in rng.permutation(len(meanings))[:2])
        other[part] = one[part] if part in shared else different
        score += weight * (part in shared)
    return score, _tell(rng, one), _tell(rng, other)


def _tell(rng: np.random.Generator, scene: Mapping[str, int]) -> str:
    """A scene in one form, each meaning said in one way."""
    said = {part: PARTS[part][1][meaning][rng.integers(2)] for part, meaning in scene.items()}
    sentence = FORMS[rng.integers(len(FORMS))].format(**said, Where=said["where"].capitalize())
    if rng.random() < NUMBERS:
        sentence = NUMBERED.format(sentence, rng.integers(MOST))
    return QUOTED.format(sentence) if rng.random() < QUOTES else sentence


def _line(rng: np.random.Generator, split: str, number: int) -> str:
    score, one, other = write(rng)
    more = LICENCE if rng.random() < LICENSED else ()
    return "\t".join(("main-generated", "scenes", split, f"{number:04}", f"{score:.3f}", one, other, *more))
