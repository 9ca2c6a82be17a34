"""The commit that a run records is the project's own, and it says when code differs from it; how it computed."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest
import torch

from labreport.running import environment as module
from labreport.running.environment import environment
from labreport.running.jobs import COMMIT


def git(folder: Path, *arguments: str) -> str:
    command = ["git", "-C", str(folder), "-c", "user.name=a", "-c", "user.email=a@b", *arguments]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A repository with one commit and an ignored folder, in the project's place."""
    folder = tmp_path / "project"
    folder.mkdir()
    git(folder, "init", "--quiet")
    (folder / ".gitignore").write_text("/results/\n")
    (folder / "code.py").write_text("x = 1\n")
    git(folder, "add", ".")
    git(folder, "commit", "--quiet", "--message", "code: one")
    monkeypatch.setattr(module, "PROJECT", folder.resolve())
    return folder


def state() -> tuple[str | None, bool | None]:
    found = environment(torch.device("cpu"), "fp32")
    return found["git_commit"], found["git_dirty"]


def test_results_leave_a_commit_clean(project: Path) -> None:
    (project / "results").mkdir()
    (project / "results" / "metrics.csv").write_text("1\n")
    assert state() == (git(project, "rev-parse", "HEAD"), False)


@pytest.mark.parametrize("name", ["code.py", "new.py", "package/new.py"])
def test_changed_and_new_code_is_no_commit(name: str, project: Path) -> None:
    git(project, "config", "status.showUntrackedFiles", "no")  # a user's own setting hides nothing
    (project / name).parent.mkdir(exist_ok=True)
    (project / name).write_text("x = 2\n")
    assert state() == (git(project, "rev-parse", "HEAD"), True)


def test_a_copy_inside_another_repository_has_no_commit(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    copy = project / "unpacked"
    copy.mkdir()
    monkeypatch.setattr(module, "PROJECT", copy.resolve())
    assert state() == (None, None)


@pytest.mark.parametrize(
    ("declared", "native", "computed"),
    [
        ("fp32", True, "fp32"),
        ("bf16", True, "bf16"),
        ("bf16", False, "fp32"),
        ("bf16_emulated", True, "bf16"),
        ("bf16_emulated", False, "bf16, emulated"),
    ],
)
def test_the_precision_is_the_one_that_was_computed_in(
    declared: str, native: bool, computed: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(torch.cpu, "get_capabilities", lambda: {"avx512_bf16": native})
    assert environment(torch.device("cpu"), declared)["precision"] == computed


@pytest.mark.parametrize(("matmul", "cudnn"), [(False, False), (True, False), (False, True)])
def test_how_the_process_computes_is_recorded(matmul: bool, cudnn: bool) -> None:
    before = torch.backends.cuda.matmul.allow_tf32, torch.backends.cudnn.allow_tf32
    torch.backends.cuda.matmul.allow_tf32, torch.backends.cudnn.allow_tf32 = matmul, cudnn
    try:
        found = environment(torch.device("cpu"), "fp32")
    finally:
        torch.backends.cuda.matmul.allow_tf32, torch.backends.cudnn.allow_tf32 = before
    assert (found["tf32"], found["deterministic"]) == (matmul or cudnn, True)
    assert found["instructions"] == torch.backends.cpu.get_cpu_capability()


@pytest.mark.parametrize(
    ("carried", "said"),
    [("0123abc", ("0123abc", False)), ("0123abc-dirty", ("0123abc", True)), ("", (None, None))],
)
def test_sources_without_a_repository_have_the_commit_that_they_were_carried_from(
    carried: str, said: tuple[str | None, bool | None], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "PROJECT", tmp_path.resolve())
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(tmp_path.parent))
    monkeypatch.setenv(COMMIT, carried)
    assert state() == said
