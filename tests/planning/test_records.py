"""Records: what they hold, and that nothing but a whole one counts."""

from __future__ import annotations

import hashlib
import json

import pytest

from labreport.errors import CodeChangedError
from labreport.files import file_digest
from labreport.planning import records
from labreport.planning.code import code_digest
from labreport.planning.records import Input, digest, inputs, load, recorded

TARGET = "labreport.claims.within"
RUN = {"seed": 0, "key": "k", "path": "results/runs/a/k", "outcome": "results/outcomes/a/k.json"}


def spec_of(**changes):
    spec = {
        "target": TARGET,
        "options": {},
        "reads": {"summary.json": None, "metrics.csv": ["val_loss"]},
        "experiments": {"a": {"runs": [RUN], "curve": None}},
        "measurements": {},
    }
    return spec | {"code": code_digest(records.roots("judge", spec))} | changes


@pytest.fixture
def run(tmp_path, monkeypatch):
    """The folder of a run in the working directory."""
    monkeypatch.chdir(tmp_path)
    folder = tmp_path / "results/runs/a/k"
    folder.mkdir(parents=True)
    (folder / "summary.json").write_text("{}")
    (folder / "metrics.csv").write_text("epoch,val_loss,seconds\n1,0.5,3\n2,0.25,4\n")
    return folder


def test_what_is_read_follows_from_the_spec():
    spec = spec_of(files=["templates/x.j2"], measurements={"m": "results/measurements/m/k"})
    spec["experiments"]["a"]["curve"] = "config/published/a.csv"
    assert inputs(spec) == [
        Input("templates/x.j2"),
        Input("results/runs/a/k/summary.json"),
        Input("results/runs/a/k/metrics.csv", ("val_loss",)),
        Input("results/outcomes/a/k.json", outcome=True),
        Input("config/published/a.csv"),
        Input("results/measurements/m/k/measurement.csv"),
        Input("results/measurements/m/k/environment.json"),
    ]


@pytest.mark.parametrize("runs", [1, 3000])
def test_a_spec_passes_through_a_command_line_however_long_it_is(tmp_path, runs):
    spec = spec_of(experiments={"a": {"runs": [RUN] * runs, "curve": None}})
    passed = records.argument(spec, tmp_path / "specs")
    assert len(passed) <= records.ARGUMENT_BYTES
    assert passed.startswith("@") == (runs > 1)
    assert records.from_argument(passed) == spec


@pytest.mark.parametrize("text", ["", "{", "[]", "@", "@/nowhere.json"])
def test_what_is_no_spec_is_refused(text):
    with pytest.raises(ValueError, match=r"Expecting|object|cannot be read"):
        records.from_argument(text)


def test_roots_are_the_step_the_kind_and_every_model_that_options_name():
    other = {"model": {"target": "labreport.models.rnn:R"}}
    options = {"model": {"target": "labreport.models.cnn:CNN4"}, "changed_from": other}
    expected = ["labreport.steps.tabulate", TARGET, "labreport.models.cnn", "labreport.models.rnn"]
    assert records.roots("tabulate", {"target": TARGET, "options": options}) == expected
    assert records.roots("typeset", {"files": []}) == ["labreport.steps.typeset"]


@pytest.mark.parametrize(
    ("text", "same"),
    [
        ("epoch,val_loss,seconds\n1,0.5,9\n2,0.25,9\n", True),
        ("val_loss\n0.5\n0.25\n", True),
        ("epoch,val_loss,seconds\n1,0.5,3\n2,0.26,4\n", False),
        ("epoch,val_loss,seconds\n2,0.25,4\n1,0.5,3\n", False),
        ("epoch,val_loss,seconds\n1,0.5,3\n", False),
        ("epoch,seconds\n1,3\n2,4\n", False),
    ],
)
def test_columns_that_are_not_read_do_not_count(run, tmp_path, text, same):
    read = Input("results/runs/a/k/metrics.csv", ("val_loss",))
    before = digest(tmp_path, read)
    (run / "metrics.csv").write_text(text)
    assert (digest(tmp_path, read) == before) is same


def test_a_whole_file_is_digested_by_its_bytes_and_an_absent_one_is_none(run, tmp_path):
    assert digest(tmp_path, Input("results/runs/a/k/summary.json")) == hashlib.sha256(b"{}").hexdigest()
    assert digest(tmp_path, Input("results/runs/a/k/none.json")) is None
    assert digest(tmp_path, Input("results/runs/a/k/none.csv", ("x",))) is None


def test_a_record_holds_what_was_read_and_written(run, tmp_path):
    spec, record = spec_of(), tmp_path / "results/records/judge/x.json"
    with recorded("judge", spec, ["out.json"], record) as facts:
        (tmp_path / "out.json").write_text("made")
        facts["commit"] = "abc"
        (run / "summary.json").write_text("changed while it was made")
    found = load(record)
    assert found["spec"] == spec
    assert found["facts"] == {"commit": "abc"}
    assert found["outputs"] == {"out.json": hashlib.sha256(b"made").hexdigest()}
    assert found["inputs"]["results/runs/a/k/summary.json"] == hashlib.sha256(b"{}").hexdigest()  # as it was read


def test_what_was_not_finished_has_no_record(run, tmp_path):
    spec, record = spec_of(), tmp_path / "x.json"
    (tmp_path / "out.json").write_text("made")
    with recorded("judge", spec, ["out.json"], record):
        pass
    assert record.is_file()

    def broken():
        with recorded("judge", spec, ["out.json"], record):
            assert not record.exists()
            (tmp_path / "out.json").write_text("half")
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        broken()
    assert not record.exists()


def test_what_failed_and_changed_nothing_keeps_its_record(run, tmp_path):
    record = tmp_path / "x.json"
    (tmp_path / "out.json").write_text("made")
    with recorded("judge", spec_of(), ["out.json"], record):
        pass
    before = record.read_bytes()

    def broken():
        with recorded("judge", spec_of(options={"other": 1}), ["out.json"], record):
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        broken()
    assert record.read_bytes() == before


def test_other_code_than_planned_makes_nothing(run, tmp_path):
    begun = []

    def make():
        with recorded("judge", spec_of(code="0" * 16), ["out.json"], tmp_path / "x.json"):
            begun.append(True)

    with pytest.raises(CodeChangedError, match="changed after this job was planned"):
        make()
    assert not begun


@pytest.mark.parametrize("damage", ["cut", "flipped", "empty", "other"])
def test_a_damaged_record_is_none(run, tmp_path, damage):
    record = tmp_path / "x.json"
    (tmp_path / "out.json").write_text("made")
    with recorded("judge", spec_of(), ["out.json"], record):
        pass
    text = record.read_text()
    wrong = {
        "cut": text[: len(text) // 2],
        "flipped": text.replace(file_digest(tmp_path / "out.json"), "0" * 64),
        "empty": "",
        "other": json.dumps([1]),
    }
    assert load(record) is not None
    record.write_text(wrong[damage])
    assert load(record) is None
