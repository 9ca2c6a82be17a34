"""What all steps share: the job that they are given, and what they leave."""

from __future__ import annotations

import json
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from labreport.artifacts.artifact import roots
from labreport.artifacts.code import covered
from labreport.errors import CodeChangedError, ResultsError, TrainingError
from labreport.files import read_json, sums_faults
from labreport.steps import data, texts
from labreport.steps.step import Job, main
from tests.steps.planned import arguments, planned, written

SPEC = {"target": "labreport.data.samples_images", "parameters": {"seed": 0}}


@pytest.fixture
def job(tmp_path: Path) -> Job:
    return planned("sample", SPEC, tmp_path / "out" / "key", tmp_path / "needed", threads=2, file="a.tar.gz")


def test_a_job_is_read_as_it_was_planned(job: Job, tmp_path: Path) -> None:
    assert Job.read(written(job), 2) == job
    assert Job.read(written(job), project=tmp_path) == replace(job, threads=None, project=tmp_path)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"key": "0" * 16}, "its spec does not have the key 0000000000000000; start Snakemake again"),
        ({"spec": SPEC}, "its spec does not have the key"),
        ({"step": "prepare"}, "its spec does not have the key"),
        ({"needs": None}, r"is no job \(TypeError: .*\); start Snakemake again, it plans anew"),
        ({"spec": None}, r"is no job \(KeyError: 'spec'\)"),
    ],
)
def test_what_is_no_job_is_one_message(change: dict[str, Any], message: str, job: Job) -> None:
    path = written(job)
    value = {**read_json(path), **change}
    path.write_text(json.dumps({name: one for name, one in value.items() if name != "spec" or one is not None}))
    with pytest.raises(TrainingError, match=message):
        Job.read(path)
    path.write_text("{")
    with pytest.raises(TrainingError, match=r"is no job \(JSONDecodeError"):
        Job.read(path)
    with pytest.raises(TrainingError, match=r"is no job \(FileNotFoundError"):
        Job.read(path.with_name("absent"))


def test_what_is_made_says_what_it_is_and_what_made_it(job: Job) -> None:
    with job.made("numpy", pandoc="3.9") as folder:
        assert not job.out.exists()
        (folder / "a").write_text("x")
    assert sorted(path.name for path in job.out.iterdir()) == ["SHA256SUMS", "a", "code.json", "made.json", "spec.json"]
    assert list(sums_faults(job.out)) == []
    assert read_json(job.out / "spec.json") == job.spec
    assert read_json(job.out / "code.json") == covered(roots("sample", SPEC))
    made = read_json(job.out / "made.json")
    assert (made["numpy"], made["pandoc"]) == (sys.modules["numpy"].__version__, "3.9")


def test_code_that_changes_before_or_meanwhile_leaves_what_was_there(job: Job, monkeypatch: pytest.MonkeyPatch) -> None:
    with job.made() as folder:
        (folder / "first").touch()
    with (
        pytest.raises(CodeChangedError, match="changed after this job was planned"),
        replace(job, spec=job.spec | {"code": "0" * 16}).made(),
    ):
        pytest.fail("it begins")
    with pytest.raises(CodeChangedError), job.made():
        monkeypatch.setattr("labreport.artifacts.code.code_digest", lambda _: "0" * 16)
    assert (job.out / "first").is_file()
    assert [path.name for path in job.out.parent.iterdir()] == ["key"]


@pytest.mark.parametrize(
    ("need", "command"),
    [
        ("results/data/cifar10/0123456789abcdef", "results/data/cifar10/0123456789abcdef/dataset.json"),
        ("results/vectors/stsb/0123456789abcdef", "results/vectors/stsb/0123456789abcdef.done"),
    ],
)
def test_data_that_are_gone_are_named_with_what_makes_them(
    need: str, command: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A run that is there is kept without its data; Snakemake does not make them where it is forced."""
    monkeypatch.chdir(tmp_path)
    job = planned("sample", SPEC, tmp_path / "out" / "key", Path(need))
    with pytest.raises(ResultsError, match=f"^{need}: is not there; .*:\nsnakemake --cores 1 {command}$"):
        main(arguments(job))
    Path(need).mkdir(parents=True)
    job.check_needs()


def test_files_that_are_too_few_or_too_many_are_refused(capsys: pytest.CaptureFixture[str]) -> None:
    for words in (["train", "a", "b"], ["deliver", "a"], ["deliver", "a", "b", "c"], ["page", "a"]):
        with pytest.raises(SystemExit):
            main(words)
        assert f"{words[0]} takes" in capsys.readouterr().err


def test_a_page_takes_the_sections_of_all_reports(monkeypatch: pytest.MonkeyPatch) -> None:
    found: list[Path] = []
    monkeypatch.setattr(texts, "page", found.extend)
    main(["page", "results.md", "a/section.md", "b/section.md", "c/section.md"])
    assert [path.name for path in found] == ["results.md", "section.md", "section.md", "section.md"]


def test_what_is_printed_is_kept_but_for_what_is_drawn_over(
    job: Job, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def carry_out(found: Job) -> None:
        print(found.title, found.threads)
        print("\r50 %", end="", file=sys.stderr)
        print("warning: 损失", file=sys.stderr)
        raise TrainingError("it ends")

    monkeypatch.setattr(data, "sample", carry_out)
    log = tmp_path / "logs" / "sample.log"
    with pytest.raises(TrainingError, match="it ends"):
        main([*arguments(job), "--log", str(log)])
    assert log.read_text(encoding="utf-8") == "my sample 2\nwarning: 损失\n"
    assert capsys.readouterr() == ("my sample 2\n", "\r50 %warning: 损失\n")
