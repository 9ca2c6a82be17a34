"""profiles/: every setting is one that the locked Snakemake knows, with a value that it takes."""

from __future__ import annotations

import subprocess
import sys

import pytest
import yaml
from snakemake.cli import get_argument_parser

from tests.setup.locked import ROOT

TOY = 'rule toy:\n    output: "toy.txt"\n    message: "make a toy"\n    shell: "echo done > {output}"\n'


def profile(name: str) -> dict[str, object]:
    return yaml.safe_load((ROOT / "profiles" / name / "config.yaml").read_text(encoding="utf-8"))


@pytest.mark.parametrize("path", sorted(path.name for path in (ROOT / "profiles").iterdir()))
def test_settings_are_options_of_snakemake(path):
    options = {option for action in get_argument_parser()._actions for option in action.option_strings}
    assert {f"--{name}" for name in profile(path)} <= options


def test_the_cluster_profile_keeps_what_decides_on_reruns():
    for name in ("rerun-triggers", "ignore-incomplete"):
        assert profile("slurm")[name] == profile("default")[name]


def test_the_cluster_s_scheduler_is_asked_for_a_gpu_and_for_cpus(tmp_path):
    """The executor is not installed here; its documentation says what it makes of these resources."""
    values = "{threads} cpus, {resources.gpu} gpu, {resources.mem_mb} MB, {resources.runtime} minutes"
    (tmp_path / "Snakefile").write_text(
        "assert workflow.nodes == 16\n"
        'rule train:\n    output: "toy.txt"\n    threads: workflow.cores\n    resources: gpu=1\n'
        f'    shell: "echo {values} > {{output}}"\n'
    )
    command = [sys.executable, "-m", "snakemake", "--workflow-profile", ROOT / "profiles/slurm", "--executor", "local"]
    result = subprocess.run([*command, "-n", "-p"], cwd=tmp_path, capture_output=True, text=True, timeout=100)
    assert result.returncode == 0, result.stderr
    assert "echo 8 cpus, 1 gpu, 16000 MB, 240 minutes" in result.stdout + result.stderr


def test_the_default_profile_shows_progress_and_reruns_nothing_for_a_reformatted_rule(tmp_path):
    (tmp_path / "profiles").symlink_to(ROOT / "profiles")

    def run(snakefile: str) -> str:
        (tmp_path / "Snakefile").write_text(snakefile)
        command = [sys.executable, "-m", "snakemake", "--cores", "1", "toy.txt"]
        result = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, timeout=100)
        assert result.returncode == 0, result.stderr
        return result.stderr

    first = run(TOY)
    assert "profiles/default" in first
    assert "make a toy" in first
    assert "1 of 1 steps (100%) done" in first
    assert "Host:" not in first
    assert "Nothing to be done" in run(TOY.replace("echo done >", "echo  done  >"))
