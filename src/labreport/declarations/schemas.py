"""JSON Schemas of the files in config/, for editors that complete YAML, and a page of the kinds with their options:
`python -m labreport.declarations.schemas DIR PAGE`.

They are made from the models that check the files. What names something, such as an experiment of a report, is checked
by these models alone.
"""

import ast
import json
import sys
from collections.abc import Iterable, Mapping
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

ABOUT_KINDS = """# Kinds of figures and tables

`make schema` writes this page from the models that check a report's YAML. Claims have a page of their own,
[claims.md](claims.md); an own kind is a module and a line, see [adding.md](../adding.md). Wherever a kind takes
`experiments`, a list, it may be given `part` in their place, which stands for all experiments of that part; every
figure takes `width` (`full` or `half`).
"""
EVERYWHERE = ("width", "part")
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


def page() -> str:
    """The kinds of figures and of tables with their options, as a page of the documentation."""
    parts = [ABOUT_KINDS]
    for title, kinds in (("Figures", FIGURES), ("Tables", TABLES)):
        parts.append(f"\n## {title}\n\n| kind | shows | options |\n|---|---|---|\n")
        parts += [f"| `{kind.name}` | {_shows(kind)} | {_options(kind)} |\n" for kind in kinds.values()]
    return "".join(parts)


def _shows(kind: Kind) -> str:
    """The first sentence of the kind's module."""
    module = Path(__file__).parents[2] / f"{kind.target.replace('.', '/')}.py"
    said = ast.get_docstring(ast.parse(module.read_text(encoding="utf-8"))) or ""
    return " ".join(said.split("\n\n")[0].split()).removesuffix(".")


def _options(kind: Kind) -> str:
    schema = TypeAdapter(kind.options).json_schema(schema_generator=_Plain)
    needed = {*schema.get("required", ()), *(("experiments",) if "experiments" in kind.fields else ())}
    options = {name: about for name, about in schema["properties"].items() if name not in EVERYWHERE}
    return "; ".join(
        _option(name, about, name in needed)
        for name, about in sorted(options.items(), key=lambda one: one[0] not in needed)
    )


def _option(name: str, about: Mapping[str, Any], needed: bool) -> str:
    allowed = about.get("enum") or about.get("items", {}).get("enum", ())
    said = [", ".join(f"`{value}`" for value in allowed)] if allowed else []
    if not needed and about.get("default"):
        said.append(f"`{about['default']}` where it is left out")
    return f"`{name}`" + (f" ({'; '.join(said)})" if said else "")


def main(folder: str, kinds: str) -> None:
    """Write the schemas, and the page of kinds."""
    for name, schema in schemas().items():
        write_text(Path(folder, f"{name}.json"), json.dumps(schema, indent=2, ensure_ascii=False) + "\n")
    write_text(Path(kinds), page())


if __name__ == "__main__":
    main(*sys.argv[1:])
