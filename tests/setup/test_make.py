"""The Makefile and `.ci/run`: which commands they run, in a project whose programs are stubs."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from tests.setup.locked import ROOT


@pytest.fixture
def project(machine):
    shutil.copy(ROOT / "Makefile", machine.project)
    for name in ("make", "sh", "expand", "sleep"):
        (machine.bin / name).symlink_to(shutil.which(name))
    for name in ("ensure-python", "ensure-tex"):
        machine.program(name, folder=machine.project / "tools")
    for name in ("mypy", "python", "ruff", "snakefmt"):
        machine.program(name, folder=machine.project / ".venv" / "bin")
    # A line for each argument, so that a lost quote shows.
    machine.program("labreport", f'printf "<%s>\\n" "$@" >>"{machine.log}"', machine.project / ".venv" / "bin")
    machine.program("snakemake", f'printf "<%s>\\n" "$@" >>"{machine.log}"', machine.project / ".venv" / "bin")
    return machine


def arguments(machine):
    return [call[1:-1] for call in machine.calls if call.startswith("<")]


@pytest.mark.parametrize("target", ["report/practice1.pdf", "report/practice1.en.pdf"])
def test_a_pdf_needs_python_tex_and_one_core(project, target):
    result = project.run("make", target)
    assert result.returncode == 0, result.stderr
    assert [call.split()[0] for call in project.calls[:3]] == ["ensure-python", "ensure-tex", "snakemake"]
    assert arguments(project) == ["--cores", "1", target]


@pytest.mark.parametrize("target", ["report/practice1.md", "report/practice1.en.md"])
def test_markdown_needs_no_tex(project, target):
    assert project.run("make", target).returncode == 0
    assert [call.split()[0] for call in project.calls[:2]] == ["ensure-python", "snakemake"]
    assert arguments(project) == ["--cores", "1", target]


def test_cores_and_config_are_passed_on(project):
    project.run("make", "report/practice1.pdf", "CORES=2", "CONFIG=scale=lite raw=../raw seeds='[0, 1]'")
    expected = ["--cores", "2", "report/practice1.pdf", "--config", "scale=lite", "raw=../raw", "seeds=[0, 1]"]
    assert arguments(project) == expected


@pytest.mark.parametrize("target", ["report/practice1.pdf", "report/practice1.en.md", "plan", "publish", "publish_x"])
@pytest.mark.parametrize(
    ("config", "found"), [("scale", "scale"), ("raw=../raw lite", "lite"), ("=lite", "=lite"), ("seeds=[0, 1]", "1]")]
)
def test_a_config_without_a_value_is_refused_before_any_set_up(project, target, config, found):
    result = project.run("make", target, f"CONFIG={config}")
    assert result.returncode == 2
    message, make = result.stderr.splitlines()
    assert message == f"CONFIG: found {found}, allowed is KEY=VALUE such as CONFIG=\"scale=lite seeds='[0,1]'\""
    assert make.startswith("make: ***")
    assert project.calls == []


def test_plan_passes_targets_and_config_on(project):
    assert project.run("make", "plan").returncode == 0
    assert arguments(project) == ["plan"]
    project.run("make", "plan", "TARGETS=report/practice1.pdf all", "CONFIG=scale=lite seeds='[0, 1]'")
    expected = ["plan", "report/practice1.pdf", "all", "--config", "scale=lite", "seeds=[0, 1]"]
    assert arguments(project)[1:] == expected


def test_names_and_config_of_a_kit_are_passed_on(project):
    project.run("make", "gpu-kit", "NAMES=a b", "REPORT=midterm", "CONFIG=scale=lite")
    assert arguments(project) == [
        "export",
        "a",
        "b",
        "--report",
        "midterm",
        "--to",
        "gpu-kit",
        "--config",
        "scale=lite",
    ]
    project.run("make", "gpu-import", "TAR=some.tar")
    assert arguments(project)[9:] == ["import", "some.tar"]
    project.run("make", "gpu", "ARGS=--seconds 9")
    assert project.calls[-1].strip() == "python gpu-kit/start.py --seconds 9"


def test_faults_writes_its_page(project):
    assert project.run("make", "faults").returncode == 0
    assert project.calls[-1].strip() == "python -m faults.run --jobs 2 --page docs/reliability.md"


def test_mutants_writes_its_page(project):
    assert project.run("make", "mutants").returncode == 0
    for part, call in zip(("science", "report"), project.calls[-2:], strict=True):
        assert call.strip() == f"python -m mutants.run --part {part} --page docs/reliability.md"


def test_a_report_that_is_there_is_still_snakemakes_affair(project):
    (project.project / "report").mkdir()
    (project.project / "report" / "practice1.pdf").touch()
    assert project.run("make", "report/practice1.pdf").returncode == 0
    assert arguments(project) == ["--cores", "1", "report/practice1.pdf"]


def test_a_failure_of_snakemake_is_makes(project):
    project.program("snakemake", "exit 1", project.project / ".venv" / "bin")
    assert project.run("make", "report/practice1.pdf").returncode == 2


def test_a_failed_set_up_runs_nothing(project):
    project.program("ensure-python", "exit 1", project.project / "tools")
    assert project.run("make", "test").returncode == 2
    assert [call.split()[0] for call in project.calls] == ["ensure-python"]


def test_test_sees_to_tex_and_runs_each_test_in_one_share(project):
    assert project.run("make", "test").returncode == 0
    first, second, *shares = [call.strip() for call in project.calls]
    assert [first, second] == ["ensure-python", "ensure-tex"]
    taken = [path for share in shares for path in files_of(share.removeprefix("python -m pytest ").split())]
    assert sorted(taken) == sorted((ROOT / "tests").rglob("test_*.py"))


def files_of(words: list[str]) -> set[Path]:
    """The files of tests that pytest takes."""
    named = [ROOT / word for word in words if not word.startswith("--ignore=")]
    without = [ROOT / word.removeprefix("--ignore=") for word in words if word.startswith("--ignore=")]
    found = {path for name in named for path in ([name] if name.is_file() else name.rglob("test_*.py"))}
    return {path for path in found if not any(path.is_relative_to(one) for one in without)}


@pytest.mark.parametrize("share", ["tests", "tests/workflow", "tests/workflow/test_edits.py", "tests/faults"])
def test_each_share_of_the_tests_can_fail_them(project, share):
    project.program(
        "python", f'[ "$3" != {share} ] || {{ echo "words of it"; exit 1; }}', project.project / ".venv" / "bin"
    )
    result = project.run("make", "test")
    assert result.returncode == 2
    assert "words of it" in result.stdout


@pytest.mark.parametrize("checker", ["ruff", "snakefmt", "mypy"])
def test_lint_fails_with_any_of_its_checkers(project, checker):
    assert project.run("make", "lint").returncode == 0
    project.program(checker, "exit 1", project.project / ".venv" / "bin")
    assert project.run("make", "lint").returncode == 2


def test_help_names_every_target(project):
    result = project.run("make")
    gpu = ("gpu-kit", "gpu", "gpu-import")
    for target in (
        *gpu,
        "report/practice1.pdf",
        "setup",
        "tex",
        "plan",
        "test",
        "lint",
        "format",
        "bench",
        "faults",
        "mutants",
        "lock",
    ):
        assert f"make {target} " in result.stdout


@pytest.mark.parametrize("code", [0, 2])
def test_continuous_integration_runs_lint_and_test(machine, code):
    shutil.copytree(ROOT / ".ci", machine.project / ".ci")
    machine.program("make", f"exit {code}")
    assert machine.run("bash", ".ci/run").returncode == code
    assert machine.calls == ["make lint test"]
