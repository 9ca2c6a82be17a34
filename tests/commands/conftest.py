"""A small project of its own: two images experiments and one report, whose runs are fabricated."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest
import yaml

from labreport.declarations.project import load
from labreport.files import write_sums
from labreport.planning import code
from labreport.planning.keys import canonical, prepared_identity, run_roots
from labreport.planning.plan import Plan, Run
from labreport.planning.product import Product
from labreport.planning.products import Products
from labreport.planning.specs import page_spec
from labreport.steps import draw, gather, judge, publish, tabulate, write
from tests.conftest import CIFAR10, write_run
from tests.declarations.conftest import PROJECT, Copy

EXPERIMENTS = ["cnn3", "resnet_small"]
OWN = {
    "title": "T",
    "authors": ["A"],
    "experiments": EXPERIMENTS,
    "figures": {"loss": {"kind": "curves", "experiments": ["cnn3"], "metric": "loss"}},
    "tables": {"results": {"kind": "results", "experiments": EXPERIMENTS}},
    "claims": {"close": {"kind": "within", "experiments": EXPERIMENTS, "metric": "val_accuracy", "points": 50}},
}
TEMPLATE = """# {{ report.title }} {#sec:one}

The best is {{ run("cnn3").best_val_accuracy | percent(1) }}.

{% call figure("loss") %}Loss.{% endcall %}

{% call table("results") %}Results.{% endcall %}

{% if claim("close").supported %}They are close.{% endif %}
"""


class Project(Copy):
    """A project folder whose one report, `own`, shows two experiments."""

    def __init__(self, root: Path) -> None:
        super().__init__(root)
        for path in (root / "config/reports").iterdir():
            path.unlink()
        for name in ("demo", "lite", "cpu"):
            self.edit(f"scales/{name}.yaml", lambda scale: scale["overrides"].pop())  # another report's measurement
        self.write("reports/own.yaml", yaml.safe_dump(OWN))
        for shell in ("latex", "markdown"):
            shutil.copytree(PROJECT / "templates" / shell, root / "templates" / shell)
        for lang in ("zh", "en"):
            path = root / f"templates/own/{lang}.md.j2"
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(TEMPLATE, encoding="utf-8")

    def plan(self, **settings: Any) -> Plan:
        """The plan of the declarations as they stand."""
        return Plan(load(self.root, {"scale": "demo", **settings}))

    def train(self, plan: Plan, *names: str) -> list[Run]:
        """Leave finished runs of some experiments, or of all in the report, as training would."""
        runs = list(plan.report_runs(names or EXPERIMENTS))
        for run in runs:
            self._data(run)
            folder = self.root / run.folder
            write_run(folder, run.name, run.seed, classes=CIFAR10, epochs=run.spec["training"]["epochs"], best=0.8)
            (folder / "spec.json").write_text(json.dumps(run.spec), encoding="utf-8")
            (folder / "code.json").write_text(json.dumps(code.meanings(run_roots(run.spec))), encoding="utf-8")
            write_sums(folder)
        return runs

    def make(self, plan: Plan, target: str = "report/own.en.md") -> list[Product]:
        """Make all that a target needs by the steps themselves, as Snakemake would; no PDF."""
        made = Products(plan).reachable([target])
        for product in made:
            arguments = ["--spec", canonical(product.spec), "--record", product.record]
            out = product.files[0]
            if product.kind == "text":
                write.main([*arguments, "--format", "markdown", "--out", out])
            elif product.kind == "frames":
                gather.main([*arguments, "--out", str(Path(out).parent)])
            elif product.kind == "claim":
                judge.main([*arguments, "--out", out])
            else:
                step = draw if product.kind == "figure" else tabulate
                step.main([*arguments, "--out", str(Path(out).with_suffix(""))])
        return made

    def publish(self, plan: Plan) -> None:
        """Write the section of the page of measured results, of results in English that are there."""
        spec = canonical(page_spec(plan, plan.report("own")))
        records = "results/records/publish"
        publish.main(["--spec", spec, "--page", "docs/results.md", "--records", records])

    def _data(self, run: Run) -> None:
        folder = self.root / run.data.folder
        folder.mkdir(parents=True, exist_ok=True)
        counts = {"train_samples": 1000, "test_samples": 1000, "train_counts": [100] * 10, "test_counts": [100] * 10}
        about = {"dataset": run.data.name, "classes": list(CIFAR10), "spec": prepared_identity(run.data.spec), **counts}
        (folder / "dataset.json").write_text(json.dumps({**about, "vocabulary": None, "length": None}))
        write_sums(folder)


@pytest.fixture
def project(tmp_path, monkeypatch) -> Project:
    """The small project, which is the current folder."""
    made = Project(tmp_path / "project")
    (made.root / "Snakefile").touch()
    monkeypatch.chdir(made.root)
    return made
