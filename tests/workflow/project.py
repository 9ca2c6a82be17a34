"""A project to be edited, and what Snakemake and `labreport plan` would then do.

Jobs have the names `train mycnn 0` (experiment, seed), `prepare cifar10`, `measure lstm_cost`; those of what is made
from runs are their records': `draw/practice1.zh/lstm_cell`, `judge/practice1/images_close`, `typeset/practice1.en.pdf`.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import yaml

REPORTS = ("cifar10", "homework2", "midterm", "practice1")
TARGETS = [f"report/{name}{suffix}" for name in REPORTS for suffix in (".pdf", ".md", ".en.pdf", ".en.md")]
RECORD = re.compile(r"--record results/records/(\S+)\.json")
# What Snakemake calls a job that leaves no record.
MESSAGES = {
    re.compile(r"^Job \d+: train (\w+), seed (\d+) ", re.MULTILINE): "train {} {}",
    re.compile(r"^Job \d+: prepare (\w+)/", re.MULTILINE): "prepare {}",
    re.compile(r"^Job \d+: train word vectors \((\w+)/", re.MULTILINE): "vectors {}",
    re.compile(r"^Job \d+: measure (\w+)$", re.MULTILINE): "measure {}",
    re.compile(r"^Job \d+: download (\S+)$", re.MULTILINE): "download {}",
    re.compile(r"^Job \d+: generate the demo sample (\S+)$", re.MULTILINE): "sample {}",
}
JOB = re.compile(r"^Job \d+: ", re.MULTILINE)


class Project:
    """A folder with a project; what is changed in it can be put back.

    Args:
        root: its folder.
    """

    def __init__(self, root: Path) -> None:
        self.root = root
        self._before: dict[Path, bytes | None] = {}

    def write(self, name: str, text: str) -> None:
        """Write a file that was there, or a new one."""
        path = self.root / name
        self._before.setdefault(path, path.read_bytes() if path.is_file() else None)
        path.parent.mkdir(exist_ok=True)
        path.write_text(text, encoding="utf-8")

    def remove(self, name: str) -> None:
        """Take a file away."""
        path = self.root / name
        self._before.setdefault(path, path.read_bytes())
        path.unlink()

    def rewrite(self, name: str, change: Callable[[str], str]) -> None:
        """Change a file's text; it must become another one."""
        text = (self.root / name).read_text(encoding="utf-8")
        changed = change(text)
        assert changed != text, f"{name} stays as it is"
        self.write(name, changed)

    def replace(self, name: str, old: str, new: str) -> None:
        """Put one text in the place of another that a file holds exactly once."""
        assert (self.root / name).read_text(encoding="utf-8").count(old) == 1, f"{name}: {old}"
        self.rewrite(name, lambda text: text.replace(old, new))

    def edit(self, name: str, change: Callable[[Any], object]) -> None:
        """Change what a YAML file holds; its comments and its form are lost."""

        def changed(text: str) -> str:
            value = yaml.safe_load(text)
            change(value)
            return yaml.safe_dump(value, allow_unicode=True, sort_keys=False)

        self.rewrite(name, changed)

    def sources(self) -> list[str]:
        """Every module of the package."""
        return sorted(str(path.relative_to(self.root)) for path in (self.root / "src").rglob("*.py"))

    def run_file(self, experiment: str, name: str) -> str:
        """A file of an experiment's only run."""
        (path,) = self.root.glob(f"results/runs/{experiment}/*/{name}")
        return str(path.relative_to(self.root))

    def restore(self) -> None:
        """Put everything back."""
        for path, content in self._before.items():
            if content is None:
                path.unlink(missing_ok=True)
            else:
                path.write_bytes(content)
        self._before.clear()

    @contextmanager
    def elsewhere(self, target: Path) -> Iterator[Project]:
        """A copy of the whole project in another folder, with new time stamps."""
        shutil.copytree(self.root, target, symlinks=True, copy_function=shutil.copy)
        yield Project(target)
        shutil.rmtree(target)


def environment() -> dict[str, str]:
    """A user's, without a GPU and without this test's own settings."""
    kept = {key: value for key, value in os.environ.items() if not key.startswith(("PYTEST", "PYTHON", "LABREPORT"))}
    return {**kept, "CUDA_VISIBLE_DEVICES": ""}


def run(root: Path, command: list[str], **settings: str) -> subprocess.CompletedProcess[str]:
    """Run a command in a project as a user would, with more settings of the environment."""
    return subprocess.run(
        command, cwd=root, env={**environment(), **settings}, capture_output=True, text=True, timeout=900
    )


def snakemake_would(root: Path, *arguments: str) -> set[str]:
    """The jobs of a dry run for all reports in every form."""
    done = run(root, [".venv/bin/snakemake", "--dry-run", "--cores", "1", "--printshellcmds", *TARGETS, *arguments])
    output = done.stdout + done.stderr
    assert done.returncode == 0, output
    return jobs_of(output)


def jobs_of(output: str) -> set[str]:
    """The jobs that Snakemake lists with their commands; each must have a name of its own."""
    if "Nothing to be done" in output:
        return set()
    jobs = RECORD.findall(output)
    jobs += [form.format(*found) for message, form in MESSAGES.items() for found in _groups(message, output)]
    assert len(jobs) == len(JOB.findall(output)), "a job without a name"
    assert len(set(jobs)) == len(jobs)
    return set(jobs)


def _groups(pattern: re.Pattern[str], text: str) -> Iterator[tuple[str, ...]]:
    return (found.groups() for found in pattern.finditer(text))


def plan_would(root: Path, *settings: str) -> dict[str, str | None]:
    """What `labreport plan` says of all reports in every form: job -> why, None where it gives no reason."""
    arguments = ["--config", *settings] if settings else []
    command = [".venv/bin/python", "-m", "labreport", "plan", "--json", *TARGETS, *arguments]
    done = run(root, command, PYTHONPATH="src")
    assert done.returncode == 0, done.stderr
    return dict(_planned(json.loads(done.stdout)))


def _planned(plan: Mapping[str, Any]) -> Iterator[tuple[str, str | None]]:
    for step in ("download", "sample"):
        yield from ((f"{step} {one.rpartition('/')[2]}", None) for one in plan[step])
    for step in ("prepare", "vectors", "measure"):
        yield from ((f"{step} {one.partition('/')[0]}", None) for one in plan[step])
    for one in plan["train"]:
        yield f"train {one['experiment']} {one['seed']}", one["why"]
    for step in ("draw", "tabulate"):
        yield from ((f"{step}/{one['report']}.{one['lang']}/{one['name']}", one["why"]) for one in plan[step])
    for one in plan["judge"]:
        yield f"judge/{one['report']}/{one['name']}", one["why"]
    for one in plan["gather"]:
        yield f"gather/{one['report']}", one["why"]
    for one in plan["write"]:
        folder, _, file = one["files"][0].rpartition("/")
        latex = file.endswith(".tex")
        yield f"write/{folder.rpartition('/')[2]}.tex" if latex else f"write/{file}", one["why"]
    for one in plan["typeset"]:
        yield f"typeset/{one['files'][0].removeprefix('report/')}", one["why"]
