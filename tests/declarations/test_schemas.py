"""The JSON Schemas in config/schema/ are those of the models that check config/, and hold for what is declared."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator

from labreport.declarations.schemas import page, schemas
from labreport.declarations.yaml_files import read_yaml
from labreport.figures.registry import KINDS as FIGURES
from labreport.tables.registry import KINDS as TABLES

ROOT = Path(__file__).resolve().parents[2]
FILES = sorted((ROOT / "config").rglob("*.yaml"))


def schema_of(path: Path) -> dict:
    """The schema that a file's first line names."""
    first = path.read_text(encoding="utf-8").splitlines()[0]
    (name,) = re.findall(r"^# yaml-language-server: \$schema=(\S+)$", first)
    return json.loads((path.parent / name).read_text(encoding="utf-8"))


@pytest.mark.parametrize("name", schemas())
def test_files_hold_what_make_schema_writes(name):
    written = json.loads((ROOT / f"config/schema/{name}.json").read_text(encoding="utf-8"))
    assert written == schemas()[name], "run `make schema`"
    Draft202012Validator.check_schema(written)


def test_the_page_of_kinds_is_what_make_schema_writes_and_names_every_option():
    text = (ROOT / "docs/reference/kinds.md").read_text(encoding="utf-8")
    assert text == page(), "run `make schema`"
    for kind in (*FIGURES.values(), *TABLES.values()):
        (line, *_) = [line for line in text.splitlines() if line.startswith(f"| `{kind.name}` |")]
        assert all(f"`{name}`" in text for name in kind.fields), line


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(ROOT)))
def test_every_declaration_fits_its_schema(path):
    value = read_yaml(path, str(path))
    assert [error.message for error in Draft202012Validator(schema_of(path)).iter_errors(value)] == []


@pytest.mark.parametrize(
    ("file", "change"),
    [
        ("experiments/images.yaml", lambda value: value["shared"].update(epoch=3)),
        ("experiments/images.yaml", lambda value: value["shared"].update(epochs=0)),
        ("experiments/images.yaml", lambda value: value["shared"].update(optimizer={"name": "Adamm"})),
        ("experiments/images.yaml", lambda value: value["arms"]["mycnn"].update(model={"name": "plain34", "depth": 3})),
        ("experiments/images.yaml", lambda value: value["arms"]["mycnn"].update(publish={})),
        ("reports/midterm.yaml", lambda value: value["figures"]["activations"].update(kind="activation")),
        ("reports/midterm.yaml", lambda value: value["figures"]["activations"].update(colour="red")),
        ("reports/midterm.yaml", lambda value: value.pop("title")),
        ("scales/demo.yaml", lambda value: value.update(source="download")),
        ("scales/demo.yaml", lambda value: value["overrides"][0]["match"].update(arm="mycnn")),
        ("datasets.yaml", lambda value: value["cifar10"].update(inputs="sounds")),
        ("config.yaml", lambda value: value.update(lang="fr")),
    ],
)
def test_a_mistake_does_not(file, change):
    path = ROOT / "config" / file
    value = read_yaml(path, file)
    change(value)
    assert not Draft202012Validator(schema_of(path)).is_valid(value)
