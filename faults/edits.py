"""Edits of code that a key says nothing about: what is made with them is what was made without."""

from __future__ import annotations

import ast
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from random import Random
from typing import Any

from benchmarks.project import ROOT, environment
from faults.fault import Fault, Trial, in_turns
from faults.process import TIMEOUT_S, VARIABLES, Ended
from faults.reference import Work, reference
from faults.same import made_unlike
from labreport.artifacts import code
from labreport.artifacts.artifact import roots
from labreport.errors import CodeChangedError
from labreport.steps.step import Job

STEPS = ("prepare", "vectors", "train", "draw", "tabulate", "judge", "write", "typeset")
# What carries out what is keyed, and what both sides use; how it could change a number is the matter of other faults.
PLUMBING = ("artifacts", "cli", "declarations", "errors", "files", "kinds", "loading", "machine", "running", "steps")
MOST_EDITS = 200
OTHER: dict[type[ast.AST], type[ast.AST]] = {
    **{ast.Add: ast.Sub, ast.Sub: ast.Add, ast.Mult: ast.Add, ast.Div: ast.Mult, ast.FloorDiv: ast.Mult},
    **{ast.Lt: ast.GtE, ast.GtE: ast.Lt, ast.Gt: ast.LtE, ast.LtE: ast.Gt, ast.Eq: ast.NotEq, ast.NotEq: ast.Eq},
    **{ast.Is: ast.IsNot, ast.IsNot: ast.Is, ast.In: ast.NotIn, ast.NotIn: ast.In, ast.And: ast.Or, ast.Or: ast.And},
}


def run(count: int, folder: Path, rng: Random) -> Fault:
    """Jobs carried out with sources in which one thing is another, and their keys the same."""
    sources = folder / "src"
    shutil.copytree(ROOT / "src", sources, ignore=shutil.ignore_patterns("__pycache__"))
    steps = in_turns(STEPS, count, rng)
    trials = [trial(step, sources, folder / str(number), rng) for number, step in enumerate(steps)]
    return Fault.of("code edited where no key tells it", trials)


def trial(step: str, sources: Path, folder: Path, rng: Random) -> Trial:
    """One job, with the first edit of many that leaves its key."""
    work = rng.choice(reference().of_step(step))
    job = Job.read(reference().root / work.words[1], project=reference().root)
    for _ in range(MOST_EDITS):
        with edited(job, sources, rng) as done:
            if is_silent(job, sources):
                root = reference().before(work, folder / "project")
                ended = _carried_out(work, root, sources)
                wrong = made_unlike(work, root) if ended.status == 0 else None  # an error is not silent
                return Trial.judged(f"{step}: {done}", wrong)
    return Trial(False, f"{step}: every one of {MOST_EDITS} edits changes its key")


@contextmanager
def edited(job: Job, sources: Path, rng: Random) -> Iterator[str]:
    """One node of a module that the job's key covers some of is another while this is entered; it is told in words."""
    modules = sorted({name.partition(":")[0] for name in names_of(job)})
    module = rng.choice([one for one in modules if not one.removeprefix("labreport.").startswith(PLUMBING)])
    path = sources.joinpath(*module.split("."))
    path = path / "__init__.py" if path.is_dir() else path.with_suffix(".py")
    text = path.read_text(encoding="utf-8")
    tree = ast.parse(text)
    nodes: list[tuple[Any, dict[str, Any]]] = [(node, change) for node in ast.walk(tree) for change in changes(node)]
    if nodes:
        node, change = rng.choice(nodes)
        before = ast.unparse(node)
        for name, value in change.items():
            setattr(node, name, value)
        done = f"{module}:{node.lineno}: {before[:80]!r} is {ast.unparse(node)[:80]!r}"
        path.write_text(ast.unparse(ast.fix_missing_locations(tree)), encoding="utf-8")
    try:
        yield done if nodes else f"{module}: as it was"
    finally:
        path.write_text(text, encoding="utf-8")


def names_of(job: Job) -> set[str]:
    """The definitions that the keys of a job cover."""
    specs = [job.spec, *job.spec.get("items", {}).values()]
    return {name for spec in specs for name in code.covered(roots(job.step, spec))}


def changes(node: Any) -> Iterator[dict[str, Any]]:
    """Ways to change a node: a constant, an operator, a condition turned round, a statement that does nothing."""
    if isinstance(node, ast.Constant):
        value = node.value
        if isinstance(value, bool):
            yield {"value": not value}
        elif isinstance(value, int | float | str):
            yield {"value": value + "x" if isinstance(value, str) else value + 1}
    elif isinstance(node, ast.BinOp | ast.BoolOp) and type(node.op) in OTHER:
        yield {"op": OTHER[type(node.op)]()}
    elif isinstance(node, ast.Compare):
        yield {"ops": [OTHER[type(one)]() for one in node.ops]}
    elif isinstance(node, ast.If | ast.While | ast.IfExp):
        yield {"test": ast.UnaryOp(ast.Not(), node.test)}
    elif isinstance(node, ast.Return) and node.value is not None:
        yield {"value": None}


def is_silent(job: Job, sources: Path) -> bool:
    """Whether a job's keys are the same with other sources."""
    own, code.SOURCES = code.SOURCES, sources
    try:
        job.check_code()
    except CodeChangedError:
        return False
    finally:
        code.SOURCES = own
        code.forget()
    return True


def _carried_out(work: Work, root: Path, sources: Path) -> Ended:
    command = [sys.executable, "-m", "labreport.steps", *work.words]
    variables = {**environment(), **VARIABLES, "PYTHONPATH": str(sources), "PYTHONDONTWRITEBYTECODE": "1"}
    done = subprocess.run(
        command,
        cwd=root,
        env=variables,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=TIMEOUT_S,
    )
    return Ended(done.returncode, done.stdout)
