"""JSON Schemas of the files in config/, for editors that complete YAML: `python -m labreport.declarations.schemas DIR`.

They are made from the models that check the files. What names something, such as an experiment of a report, is checked
by these models alone.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable
from functools import reduce
from operator import or_
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BaseModel, Field, TypeAdapter, create_model
from pydantic.json_schema import GenerateJsonSchema

from labreport.claims.registry import KINDS as CLAIMS
from labreport.declarations.datasets import OfArchive, Variant
from labreport.declarations.fields import Name
from labreport.declarations.reports import ReportFile
from labreport.declarations.settings import ArmAbout, Config, ExperimentFile, Override, Scale, Settings, Vectors
from labreport.figures.registry import KINDS as FIGURES
from labreport.files import write_text
from labreport.kinds import Kind
from labreport.measurements.registry import KINDS as MEASUREMENTS
from labreport.tables.registry import KINDS as TABLES

DIALECT = "https://json-schema.org/draft/2020-12/schema"


def schemas() -> dict[str, dict[str, Any]]:
    """Name of a sort of file, such as `experiment` -> its schema."""
    vectors: Any = (_partly(Vectors) | None, None)
    layer: Any = create_model("Layer", __base__=_partly(Settings), vectors=vectors)
    arm: Any = create_model("Arm", __base__=(ArmAbout, layer), __doc__="One arm, and what it sets itself.")
    measured = [_partly(kind.options) for kind in MEASUREMENTS.values()]
    override: Any = create_model("Override", __base__=Override, set=(reduce(or_, measured, layer), ...))
    groups = {"figures": FIGURES, "tables": TABLES, "claims": CLAIMS, "measurements": MEASUREMENTS}
    items: dict[str, Any] = {name: (dict[Name, _item(name, kinds.values())], {}) for name, kinds in groups.items()}  # type: ignore[misc]
    arms: dict[str, Any] = {"shared": (layer, {}), "arms": (dict[Name, arm], ...)}
    scale: dict[str, Any] = {"overrides": (list[override], [])}
    found: dict[str, Any] = {
        "config": Config,
        "dataset": dict[Name, OfArchive | Variant],
        "experiment": create_model("ExperimentFile", __base__=ExperimentFile, **arms),
        "report": create_model("ReportFile", __base__=ReportFile, **items),
        "scale": create_model("Scale", __base__=Scale, **scale),
    }
    found |= {name: TypeAdapter(one).json_schema(schema_generator=_Plain) for name, one in found.items()}
    return {name: {"$schema": DIALECT, **one} for name, one in found.items()}


class _Plain(GenerateJsonSchema):
    """Without titles of fields, which say what their keys say."""

    def field_title_should_be_set(self, schema: Any) -> bool:
        """Never."""
        return False


def _partly(model: type[BaseModel]) -> type[BaseModel]:
    """A model none of whose fields need be stated."""
    fields: dict[str, Any] = {
        name: (field.rebuild_annotation(), Field(None, alias=field.alias)) for name, field in model.model_fields.items()
    }
    return create_model(f"Some{model.__name__}", __base__=model, __doc__="Some of these.", **fields)


def _item(group: str, kinds: Iterable[Kind]) -> Any:
    """A declaration of one of a group's kinds."""
    models: list[Any] = []
    for kind in kinds:
        word: dict[str, Any] = {"kind": (Literal[kind.name], ...)}
        models.append(create_model(f"{kind.name} of {group}", __base__=kind.options, **word))
    return Annotated[reduce(or_, models), Field(discriminator="kind")] if len(models) > 1 else models[0]


def main(folder: str) -> None:
    """Write the schemas."""
    for name, schema in schemas().items():
        write_text(Path(folder, f"{name}.json"), json.dumps(schema, indent=2, ensure_ascii=False) + "\n")


if __name__ == "__main__":
    main(*sys.argv[1:])
