"""What a key covers, against what really runs: told by Python's profiler, and by changing definitions at random."""

from __future__ import annotations

import ast
import json
import random
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from labreport.artifacts import code
from labreport.artifacts.artifact import roots
from labreport.artifacts.graph import Graph
from labreport.declarations.project import Project
from tests import small_runs
from tests.artifacts.traced import HELPERS, PLUMBING, is_in
from tests.steps.planned import written

ROOT = Path(__file__).resolve().parents[2]
CHANGED = 60  # definitions


def artifacts():
    """One artifact of each step and kind, and of each model, of all that is declared."""
    found = {}
    for artifact in Graph(Project(ROOT, {"scale": "demo"})).everything():
        if artifact.step in ("download", "pack"):  # which show and compute nothing
            continue
        specs = artifact.spec["items"].values() if "items" in artifact.spec else [artifact.spec]
        for spec in specs:
            found[artifact.step, tuple(roots(artifact.step, spec))] = (artifact.step, spec)
    return list(found.values())


ARTIFACTS = artifacts()


@pytest.mark.parametrize(("step", "spec"), ARTIFACTS, ids=[f"{step} {i}" for i, (step, _) in enumerate(ARTIFACTS)])
def test_science_imports_no_plumbing(step, spec):
    reached = code.covered(roots(step, spec))
    assert sorted(name for name in reached if is_in(name, PLUMBING)) == []
    assert reached


@pytest.fixture(scope="module")
def trained(tmp_path_factory):
    """Inputs of a run -> what it executed, and its spec."""
    folder = tmp_path_factory.mktemp("traced")
    small_runs.save_data(folder)
    (folder / "out").mkdir()
    jobs = [small_runs.job(small_runs.spec(inputs), folder, folder / "out" / inputs) for inputs in small_runs.MODELS]
    command = [sys.executable, "-m", "tests.artifacts.traced"]
    for job in jobs:
        command += [job.step, str(written(job))]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    seen = [set(json.loads(line)) for line in done.stdout.splitlines() if line.startswith("[")]
    return {inputs: (names, job.spec) for inputs, names, job in zip(small_runs.MODELS, seen, jobs, strict=True)}


@pytest.mark.parametrize("inputs", small_runs.MODELS)
def test_all_that_a_run_executes_is_covered(trained, inputs):
    executed, spec = trained[inputs]
    covered = set(code.covered(roots("train", spec)))
    assert sorted(name for name in executed - covered if not is_in(name, PLUMBING | HELPERS)) == []
    assert len(executed & covered) > 20
    assert {"labreport.training.loop:fit", spec["model"]["target"]} <= executed


@pytest.fixture
def copied(tmp_path, monkeypatch):
    """A copy of the package that is looked at in place of the real one."""
    shutil.copytree(ROOT / "src/labreport", tmp_path / "labreport", ignore=shutil.ignore_patterns("__pycache__"))
    monkeypatch.setattr(code, "SOURCES", tmp_path)
    code.forget()
    yield tmp_path
    code.forget()


def with_another(source: str, name: str) -> str | None:
    """A module in which one function or class does something more; None where its body cannot be found."""
    tree = ast.parse(source)
    (node,) = (one for one in tree.body if isinstance(one, ast.FunctionDef | ast.ClassDef) and one.name == name)
    node.body.append(ast.parse("_another = 1").body[0])
    return ast.unparse(tree)


def test_changing_definitions_at_random_changes_exactly_the_keys_that_cover_them(copied, trained):
    """And what was seen to be executed is among them."""
    jobs = [(step, spec, set(code.covered(roots(step, spec)))) for step, spec in ARTIFACTS]
    jobs += [("train", spec, set(code.covered(roots("train", spec)))) for _, spec in trained.values()]
    executed = [set()] * len(ARTIFACTS) + [seen for seen, _ in trained.values()]
    before = [code.code_digest(roots(step, spec)) for step, spec, _ in jobs]
    names = sorted(
        f"{module}:{node.name}"
        for path in copied.rglob("*.py")
        if (module := ".".join(path.relative_to(copied).with_suffix("").parts)) and path.name != "__init__.py"
        for node in ast.parse(path.read_text(encoding="utf-8")).body
        if isinstance(node, ast.FunctionDef | ast.ClassDef)
    )
    drawn = random.Random(len(names)).sample(names, CHANGED)
    hit = 0
    for name in drawn:
        module, _, definition = name.partition(":")
        path = copied.joinpath(*module.split(".")).with_suffix(".py")
        source = path.read_text(encoding="utf-8")
        path.write_text(with_another(source, definition), encoding="utf-8")
        code.forget()
        for (step, spec, covered), digest, seen in zip(jobs, before, executed, strict=True):
            changed = code.code_digest(roots(step, spec)) != digest
            assert changed == (name in covered), f"{name}: {step}"
            assert changed or name not in seen or is_in(name, PLUMBING | HELPERS), f"{name} was executed by {step}"
            hit += changed
        path.write_text(source, encoding="utf-8")
    assert hit > CHANGED  # each is covered by several on average
