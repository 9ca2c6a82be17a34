"""A small report in a temporary folder: two runs, two pairs of pictures, a table, a claim."""

from __future__ import annotations

import io
import json
import shutil
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

from matplotlib.figure import Figure

from labreport.artifacts.prose import listings
from tests.conftest import SEEDS

ROOT = Path(__file__).parents[2]
TABLE = {
    "columns": [
        {"key": "model", "head": "Model", "unit": None, "align": "left", "decimals": None},
        {"key": "accuracy", "head": "Accuracy", "unit": "%", "align": "decimal", "decimals": 1},
        {"key": "epochs", "head": "Epochs", "unit": None, "align": "right", "decimals": None},
    ],
    "rows": [["my_cnn", 84.44, 30], ["ResNet|34", "9.7 ± 0.3", 20], ["none", None, None]],
    "bold": [[0, 1]],
    "notes": ["100 % of $5"],
}
CLAIM = {
    "name": "close",
    "kind": "equivalence",
    "outcome": "supported",
    "favours": "supported",
    "estimate": 0.0123,
    "low": 0.0098,
    "high": 0.0148,
    "margin": 0.02,
    "unit": "fraction",
    "p": 0.01,
    "p_adjusted": 0.02,
    "seeds": 1,
    "level": 0.95,
    "paired": True,
    "method": "samples",
    "runs": ["0123456789abcdef", "fedcba9876543210"],
    "reason": {"zh": "相差 1_0", "en": "1_0 apart"},
    "what": {"zh": "甲_1 减乙", "en": "a_1 minus b"},
    "values": {"quantity": "val_accuracy", "best": "mycnn", "worst": "resnet34"},
}


def write_report(
    tmp_path: Path,
    report_spec: Callable[..., dict[str, Any]],
    text: str,
    *,
    lang: str = "en",
    scale: str = "demo",
    figures: int = 2,
    tables: int = 1,
    seeds: int = 1,
    experiments: dict[str, dict[str, Any]] | None = None,
    **declared,
) -> dict[str, Any]:
    """Write the files of a small report into `tmp_path`; the spec of its write step."""
    template = tmp_path / "templates" / "small" / f"{lang}.md.j2"
    template.parent.mkdir(parents=True, exist_ok=True)
    template.write_text(text, encoding="utf-8")
    for form in ("latex", "markdown", "html", "docx", "csl"):
        shutil.copytree(ROOT / "templates" / form, tmp_path / "templates" / form, dirs_exist_ok=True)
    shutil.rmtree(tmp_path / "results" / "runs", ignore_errors=True)
    told = experiments or {"mycnn": {}, "resnet34": {}}
    spec = report_spec("", {}, told, seeds=seeds, scale=scale, lang=lang, curves=False)
    for key in ("name", "kind", "target", "options", "naming", "code"):  # an item's, not a text's
        del spec[key]
    (tmp_path / "close.json").write_text(json.dumps(CLAIM), encoding="utf-8")
    data = {"dataset": "cifar10", "classes": ["air_plane", "car"], "train_counts": [5, 6], "test_counts": [1, 2]}
    (tmp_path / "data").mkdir(exist_ok=True)
    (tmp_path / "data" / "dataset.json").write_text(json.dumps(data), encoding="utf-8")
    (tmp_path / "tables").mkdir(exist_ok=True)
    for index in range(tables):
        (tmp_path / "tables" / f"table_{index}.json").write_text(json.dumps(TABLE), encoding="utf-8")
    return {
        **spec,
        "report": "small",
        "form": "markdown",
        "order": list(told),
        "pictures": f"small.{lang}",
        "template": str(template),
        "declaration": {"title": "A title", "authors": ["An Author"], **declared},
        "files": {str(path): "0" * 16 for path in (tmp_path / "templates").rglob("*.j2")},
        "listings": listings(tmp_path, [template.relative_to(tmp_path)]),
        "figures": {f"plot_{i}": {"path": str(draw(tmp_path, f"plot_{i}")), "width": "half"} for i in range(figures)},
        "tables": {f"table_{i}": {"path": str(tmp_path / "tables" / f"table_{i}")} for i in range(tables)},
        "claims": {"close": str(tmp_path / "close.json")},
        "data": {"cifar10": str(tmp_path / "data")},
        "dataset_titles": {"cifar10": "CIFAR-10"},
    }


PAIRS = {
    "dataset": "stsb",
    "classes": [],
    "train_samples": 575,
    "dev_samples": 150,
    "test_samples": 138,
    "vocabulary": 1234,
    "length": 55,
    "unknown": {"train": {"tokens": 1000, "unknown": 30}, "dev": {"tokens": 200, "unknown": 10}},
    "spec": {},
}


def as_similarity(spec: dict[str, Any], tmp_path: Path, **published: Any) -> dict[str, Any]:
    """The spec of a small report whose runs measured the similarity of pairs; their files are rewritten."""
    for entry in spec["experiments"].values():
        entry.update(dataset="stsb", part="pairs", published=published, curve=None)
        for run in entry["runs"]:
            _rewrite(Path(run["path"]), 0.1 * (1 + SEEDS.index(run["seed"])))
    folder = tmp_path / "pairs"
    folder.mkdir(exist_ok=True)
    (folder / "dataset.json").write_text(json.dumps(PAIRS), encoding="utf-8")
    return {**spec, "data": {"stsb": str(folder)}, "dataset_titles": {"stsb": "STS_b"}}


def _rewrite(folder: Path, pearson: float) -> None:
    summary = json.loads((folder / "summary.json").read_text(encoding="utf-8"))
    summary = {key: value for key, value in summary.items() if "accuracy" not in key} | {"classes": []}
    for split, shift in (("train", 0.2), ("seen", 0.3), ("val", 0.1), ("test", 0.0)):
        summary |= {f"{split}_loss": 2.5 - shift, f"{split}_pearson": pearson + shift, f"{split}_spearman": pearson}
    summary |= {"best_val_pearson": pearson + 0.2, "val_loss_at_best": 2.2, "test_samples": 138}
    (folder / "summary.json").write_text(json.dumps(summary), encoding="utf-8")
    spec = json.loads((folder / "spec.json").read_text(encoding="utf-8"))
    spec["task"] = {"name": "similarity", "target": "labreport.training.similarity:Similarity"}
    spec["training"] |= {
        "loss": {"name": "mse_loss"},
        "schedule": {"name": "ReduceLROnPlateau", "parameters": {"patience": 20}},
    }
    (folder / "spec.json").write_text(json.dumps(spec), encoding="utf-8")
    for name in ("per_class.csv", "confusion.csv", "metrics.csv"):
        (folder / name).unlink()


def draw(folder: Path, name: str) -> Path:
    """A picture of 7.8 cm in the formats of a draw step; the prefix of its files."""
    prefix = folder / "figures" / name
    prefix.parent.mkdir(exist_ok=True)
    for suffix in ("pdf", "svg", "png"):
        prefix.with_suffix(f".{suffix}").write_bytes(_picture(suffix))
    prefix.with_suffix(".txt").write_text(f"Line of {name}: up [and] $down", encoding="utf-8")
    return prefix


@cache
def _picture(form: str) -> bytes:
    figure, file = Figure(figsize=(7.8 / 2.54, 2)), io.BytesIO()
    figure.add_subplot().plot([1, 3, 2])
    figure.savefig(file, format=form, metadata={"CreationDate": None} if form == "pdf" else {})
    return file.getvalue()
