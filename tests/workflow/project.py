"""A project to be edited, and what Snakemake and `labreport plan` would then do.

Jobs have the names `train mycnn 0` (experiment, seed), `prepare cifar10`, `measure lstm_cost`, `write practice1.en.md`,
`typeset practice1.zh`, `deliver practice1.pdf`; figures, tables and claims, which a job makes several of, are called
`draw practice1.zh lstm_cell`, and their job `draw practice1.zh`.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import yaml

from .forked import SECONDS, Forks

FORKS = Forks()
REPORTS = ("cifar10", "homework2", "midterm", "practice1")
TARGETS = [f"report/{name}{suffix}" for name in REPORTS for suffix in (".pdf", ".md", ".en.pdf", ".en.md")]
COMMAND = re.compile(r"^Shell command: step (\w+) (\S+)", re.MULTILINE)
DELIVER = re.compile(r"^Shell command: step deliver \S+ report/(\S+)", re.MULTILINE)
JOB = re.compile(r"^Job \d+: ", re.MULTILINE)
ITEMS = ("draw", "tabulate", "judge")


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
            value = yaml.load(text, Loader=yaml.CSafeLoader)
            change(value)
            return yaml.dump(value, Dumper=yaml.CSafeDumper, allow_unicode=True, sort_keys=False)

        self.rewrite(name, changed)

    def sources(self) -> list[str]:
        """Every module of the package."""
        return sorted(str(path.relative_to(self.root)) for path in (self.root / "src").rglob("*.py"))

    def run_folder(self, experiment: str) -> Path:
        """The folder of an experiment's only run."""
        summaries = self.root.glob("results/runs/*/*/summary.json")
        (folder,) = (path.parent for path in summaries if json.loads(path.read_text())["experiment"] == experiment)
        return folder

    def restore(self) -> None:
        """Put everything back."""
        for path, content in self._before.items():
            if content is None:
                path.unlink(missing_ok=True)
            else:
                path.parent.mkdir(parents=True, exist_ok=True)
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
    return {**kept, "CUDA_VISIBLE_DEVICES": "", "PYTHONDONTWRITEBYTECODE": "1"}


def run(root: Path, command: list[str], **settings: str) -> subprocess.CompletedProcess[str]:
    """Run a command in a project as a user would, with more settings of the environment.

    Snakemake and Python's modules run as forks of a process that has imported the libraries already.
    """
    if Path(command[0]).name == "snakemake" or command[1] == "-m":
        return FORKS.run(root, command, {**environment(), **settings})
    return run_anew(root, command, **settings)


def run_anew(root: Path, command: list[str], **settings: str) -> subprocess.CompletedProcess[str]:
    """Run a command as `run` does, whatever it is in a program of its own."""
    given = {**environment(), **settings}
    return subprocess.run(command, cwd=root, env=given, capture_output=True, text=True, timeout=SECONDS)


def snakemake_would(root: Path, *arguments: str) -> set[str]:
    """The jobs of a dry run for all reports in every form."""
    done = run(root, [".venv/bin/snakemake", "--dry-run", "--cores", "1", "--printshellcmds", *TARGETS, *arguments])
    output = done.stdout + done.stderr
    assert done.returncode == 0, output
    return jobs_of(root, output)


def jobs_of(root: Path, output: str) -> set[str]:
    """The jobs that Snakemake lists with their commands; each must have a name of its own."""
    if "Nothing to be done" in output:
        return set()
    jobs = [f"deliver {name}" for name in DELIVER.findall(output)]
    for step, file in COMMAND.findall(output):
        if step != "deliver":
            job = json.loads((root / file).read_text(encoding="utf-8"))
            jobs.append(_named(step, job["title"], Path(job["out"]).parent.name))
    assert len(jobs) == len(JOB.findall(output)), "a job without a name"
    assert len(set(jobs)) == len(jobs)
    return set(jobs)


def _named(step: str, title: str, name: str) -> str:
    if step == "train":
        experiment, _, seed = title.split(" ")
        return f"train {experiment} {seed}"
    return f"{step} {name}"


def plan_would(root: Path, *settings: str) -> dict[str, str | None]:
    """What `labreport plan` says of all reports in every form: job or figure, table, claim -> why."""
    arguments = ["--config", *settings] if settings else []
    command = [".venv/bin/python", "-m", "labreport", "plan", "--json", *TARGETS, *arguments]
    done = run(root, command, PYTHONPATH="src")
    assert done.returncode == 0, done.stderr
    plan = json.loads(done.stdout)
    found: dict[str, str | None] = {f"deliver {Path(file).name}": None for file in plan["deliver"]}
    for step, made in plan.items():
        for one in made if isinstance(made, list) and step not in {"targets", "deliver", "publish"} else ():
            if step in ITEMS:
                found |= {f"{step} {one['name']} {item}": why for item, why in one["items"].items()}
                found[f"{step} {one['name']}"] = None
            else:
                found[_named(step, one["title"], one["name"])] = one["why"]
    return found


def jobs_for(items: Iterable[str]) -> set[str]:
    """The jobs that make some figures, tables and claims, beside other jobs."""
    return {" ".join(one.split(" ")[:2]) if one.split(" ")[0] in ITEMS else one for one in items}
