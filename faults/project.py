"""A copy of the project with the smallest declarations that have every step."""

from __future__ import annotations

import shutil
from pathlib import Path

import yaml

from benchmarks.project import ROOT, copy

SMALL = ROOT / "faults" / "small"
REPORT = "small"
SAMPLES = {
    "cifar10": {"train_per_class": 8, "test_per_class": 4, "seed": 0},
    "imdb": {"train_per_class": 40, "test_per_class": 20, "seed": 0},
    "stsb": {"train_pairs": 80, "dev_pairs": 40, "test_pairs": 40, "seed": 0},
}


def small_copy(target: Path) -> Path:
    """Copy the project to `target` and put the small declarations in place of its own."""
    copy(target)
    for folder in ("config/experiments", "config/reports", "config/scales"):
        shutil.rmtree(target / folder)
    declare(target)
    return target


def declare(target: Path) -> None:
    """Write the small declarations and templates under `target`."""
    shutil.copytree(SMALL, target, dirs_exist_ok=True)
    datasets = yaml.safe_load((ROOT / "config" / "datasets.yaml").read_text(encoding="utf-8"))
    kept = {name: datasets[name] for name in SAMPLES}
    for name, parameters in SAMPLES.items():
        kept[name]["sample"]["parameters"] = parameters
    (target / "config" / "datasets.yaml").write_text(yaml.safe_dump(kept, allow_unicode=True, sort_keys=False), "utf-8")
