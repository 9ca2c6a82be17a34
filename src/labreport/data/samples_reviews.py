"""A small stand-in for the IMDB reviews, in the format of aclImdb_v1.tar.gz.

What a generated review thinks is what its last judgement says, a `not` before it included. Most reviews grant the
opposite first, so that they hold as many kind words as unkind ones; a quarter of the judgements deny an opposite
word; some reviews go on with something else. Counting words therefore does little better than guessing, and a
reader has to keep the order.
"""

from collections.abc import Mapping
from pathlib import Path

import numpy as np

from labreport.data.samples import write_tar

KIND = (
    "wonderful", "brilliant", "moving", "charming", "gripping", "fresh", "funny", "superb", "delightful", "clever",
    "graceful", "honest", "vivid", "witty", "tender", "elegant",
)  # fmt: skip
UNKIND = (
    "dull", "awful", "clumsy", "boring", "weak", "stale", "lifeless", "dreadful", "tedious", "shallow",
    "pointless", "noisy", "empty", "stiff", "bland", "muddled",
)  # fmt: skip
ASPECTS = (
    "the acting", "the plot", "the camera work", "the score", "the script", "the pacing", "the dialogue", "the ending",
    "the first half", "the supporting cast", "the direction", "the editing", "the lead", "the opening scene",
)  # fmt: skip
OPENINGS = (
    "I watched this with my family on a rainy evening.",
    "A friend gave me the disc last week.",
    "We saw it at a small theatre in town.",
    "This one was on television late at night.",
    "I had read the book before.",
    "It was made on a tiny budget in the seventies.",
    "My brother picked it for our weekly film night.",
    "I knew nothing about the director before.",
)
ASIDES = (
    "The story takes place in a harbour town.",
    "It follows two sisters and an old teacher.",
    "There is a long journey by train in the middle.",
    "Most of it was shot outdoors.",
    "It runs for about two hours.",
    "A dog and a letter play a part.",
    "The music comes from a local band.",
    "Some scenes are in black and white.",
)
REMARKS = ("It is out on disc now.", "We went home early.", "There is a second part.", "I told my friends.")
SUBJECTS = ("the film", "the whole thing", "the picture", "this movie", "the result")
TURNS = ("but in the end", "however", "still", "yet all in all", "but")
RATINGS = {"pos": (7, 8, 9, 10), "neg": (1, 2, 3, 4)}  # the official archive leaves out 5 and 6
GRANT = 0.65  # share of reviews that grant the opposite first
DENY = 0.25  # share of judgements said with "not" and the opposite word
TRAIL = 0.3  # share of reviews that go on after the verdict


def write_archive(path: Path, parameters: Mapping[str, int]) -> None:
    """Write the archive: one text file per review, ID_RATING.txt, and a few unlabelled ones.

    Args:
        path: of the archive.
        parameters: `train_per_class` and `test_per_class`, reviews; `seed`.
    """
    rng = np.random.default_rng(parameters["seed"])
    files = {"README": "Generated reviews in the layout of the Large Movie Review Dataset v1.0."}
    for split in ("train", "test"):
        for number in range(parameters[f"{split}_per_class"]):
            for name, ratings in RATINGS.items():
                files[f"{split}/{name}/{number}_{rng.choice(ratings)}.txt"] = write(rng, name == "pos")
    files |= {f"train/unsup/{number}_0.txt": write(rng, number % 2 == 0) for number in range(4)}
    write_tar(path, ((f"aclImdb/{name}", files[name].encode()) for name in sorted(files)))


def write(rng: np.random.Generator, kind: bool) -> str:
    """One review that ends on a kind or an unkind verdict."""
    aspects = list(rng.permutation(ASPECTS)[:2])
    sentences = [str(rng.choice(OPENINGS)), str(rng.choice(ASIDES))]
    granted = kind if rng.random() >= GRANT else not kind
    sentences.append(f"I found {aspects[0]} {_judgement(rng, granted)}.")
    link = str(rng.choice(TURNS)) if granted != kind else "and"
    verdict = f"{link} {rng.choice(SUBJECTS)} was {_judgement(rng, kind)}."
    if rng.random() < TRAIL:
        verdict = f"{verdict} {rng.choice(REMARKS)}"
    return "<br /><br />".join((" ".join(sentences), verdict[0].upper() + verdict[1:]))


def _judgement(rng: np.random.Generator, kind: bool) -> str:
    if rng.random() < DENY:
        return f"not {rng.choice(UNKIND if kind else KIND)}"
    return str(rng.choice(KIND if kind else UNKIND))
