"""Reports: which experiments, figures, tables and claims, each name checked before anything runs."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any, get_args

from pydantic import Discriminator, Field, Tag

from labreport.claims.registry import KINDS as CLAIMS
from labreport.declarations.experiments import Experiment
from labreport.declarations.fields import Lang, Name, Names, Seeds, Strict, Text, in_language
from labreport.declarations.items import Item, at_scale, resolve_item
from labreport.declarations.latex import FOLDER, Latex, beside, latex_of
from labreport.declarations.mistakes import check, shown
from labreport.declarations.yaml_files import read_yaml
from labreport.errors import DeclarationError, TemplateError
from labreport.figures.registry import KINDS as FIGURES
from labreport.kinds import Context, Kind
from labreport.measurements.registry import KINDS as MEASUREMENTS
from labreport.tables.registry import KINDS as TABLES

if TYPE_CHECKING:
    from labreport.declarations.project import Project

Fields = dict[Annotated[str, Field(min_length=1, max_length=80)], str]
LANGS: tuple[str, ...] = get_args(Lang)


class FieldsInBoth(Strict):
    """Fields of the title page in each language."""

    zh: Fields
    en: Fields


def _keys(value: Any) -> str:
    """What the keys of fields are: languages, or already the labels."""
    return "languages" if isinstance(value, dict) and value and set(value) <= set(LANGS) else "labels"


class ReportFile(Strict):
    """config/reports/*.yaml."""

    title: Text | str
    subtitle: Text | str = ""
    authors: Annotated[list[Text | str], Field(min_length=1)]
    affiliation: Text | str = ""
    course: Text | str = ""
    fields: Annotated[
        Annotated[FieldsInBoth, Tag("languages")] | Annotated[Fields, Tag("labels")], Discriminator(_keys)
    ] = {}
    cover: Text | str | None = None
    latex: Latex = Latex()
    seeds: Seeds | None = None
    experiments: Names
    measurements: dict[Name, dict[str, Any]] = {}
    figures: dict[Name, dict[str, Any]] = {}
    tables: dict[Name, dict[str, Any]] = {}
    claims: dict[Name, dict[str, Any]] = {}


@dataclass(frozen=True, eq=False)
class Report:
    """A report, resolved.

    Attributes:
        name: of its file.
        where: its file.
        about: title, authors and the like.
        experiments: by name, in its order.
        langs: the languages that it has a template in.
        left_out: experiments that it is made without -> the pretrained weights that they would start from.
        covers: language -> the Markdown of its cover; empty where it has none.
        latex: what its PDF is set by: `shell`, `class`, `options` and `files`, as far as they are its own.
    """

    name: str
    where: str
    about: ReportFile
    experiments: dict[str, Experiment]
    langs: tuple[str, ...]
    measurements: dict[str, Item]
    figures: dict[str, Item]
    tables: dict[str, Item]
    claims: dict[str, Item]
    left_out: dict[str, str]
    covers: dict[str, str]
    latex: dict[str, Any]

    def lang(self, preferred: str) -> str:
        """The language of report/NAME.pdf: the configured one if the report has it, else the one that it has."""
        return preferred if preferred in self.langs else self.langs[0]

    def templates(self, lang: str) -> list[str]:
        """Its prose in a language, and its cover where it has one; relative to the project's folder."""
        return [template(self.name, lang), *([self.covers[lang]] if self.covers else [])]

    def behind(self, item: Item) -> tuple[str, ...]:
        """The experiments whose results an item shows, by itself or by the claims that it shows."""
        claimed = {one for name in item.claims for one in self.claims[name].experiments}
        return tuple(name for name in self.experiments if name in {*item.experiments, *claimed})

    def title_page(self, lang: str) -> dict[str, Any]:
        """What its title page says in a language."""
        about = self.about
        texts = {key: in_language(getattr(about, key), lang) for key in ("title", "subtitle", "affiliation", "course")}
        fields = getattr(about.fields, lang) if isinstance(about.fields, FieldsInBoth) else about.fields
        return {**texts, "authors": [in_language(author, lang) for author in about.authors], "fields": dict(fields)}


def template(report: str, lang: str) -> str:
    """The prose of a report in a language, relative to the project's folder."""
    return f"{FOLDER}/{report}/{lang}.md.j2"


def resolve_report(name: str, project: Project) -> Report:
    """A report's declaration with every name and value in it checked.

    Raises:
        DeclarationError: file, key, what was found, what is allowed.
        TemplateError: it has a template in no language.
    """
    where = f"config/reports/{name}.yaml"
    about = check(ReportFile, read_yaml(project.root / where, where), where)
    named = enumerate(about.experiments)
    experiments = {one: project.experiment(one, f"{where}: experiments.{index}") for index, one in named}
    left_out = {name: file for name, one in experiments.items() if (file := project.lacks(one))}
    experiments = {name: one for name, one in experiments.items() if name not in left_out}
    first: dict[str, Experiment] = {}
    for one in experiments.values():
        if words := _difference(one, first.setdefault(one.dataset.name, one)):
            raise DeclarationError(
                f"{words}; {where} shows both on {one.dataset.name}: give them the same data, or put them in reports "
                "of their own"
            )
    for lang in LANGS:
        titles = [in_language(one.title, lang) for one in experiments.values()]
        if twice := next((title for title in titles if titles.count(title) > 1), None):
            raise DeclarationError(
                f"{where}: experiments: two of them have the title {twice!r}; give one another title"
            )
    context = Context(experiments, root=project.root)
    gone: dict[str, Collection[str]] = {"experiment": tuple(left_out)}

    def items(group: str, kinds: Mapping[str, Kind]) -> dict[str, Item]:
        declared: Mapping[str, Mapping[str, Any]] = getattr(about, group)
        there = {key: _without(value, gone, kinds) for key, value in declared.items()}
        return {
            key: resolve_item(key, value, kinds, context, where, group)
            for key, value in there.items()
            if value is not None
        }

    measurements = items("measurements", MEASUREMENTS)
    measurements = {key: at_scale(item, project) for key, item in measurements.items()}
    context.rows.update({key: item.kind.rows for key, item in measurements.items()})
    claims = items("claims", CLAIMS)  # before what shows them; none can name what is made of claims
    context.claims.extend(claims)
    gone["claim"] = about.claims.keys() - claims.keys()
    figures, tables = items("figures", FIGURES), items("tables", TABLES)
    for key, claim in claims.items():
        if words := _incomparable([experiments[one] for one in claim.experiments], f"{where}: claims.{key}"):
            raise DeclarationError(words)
    langs = tuple(lang for lang in LANGS if (project.root / template(name, lang)).is_file())
    if not langs:
        raise TemplateError(
            f"{template(name, 'en')}: no such file, nor {template(name, 'zh')}; write the report's text in one of them"
        )
    cover = about.cover
    covers = (
        {lang: beside(project.root, name, in_language(cover, lang), f"{where}: cover") for lang in langs}
        if cover
        else {}
    )
    latex = latex_of(project.root, name, about.latex, where)
    return Report(
        name, where, about, experiments, langs, measurements, figures, tables, claims, left_out, covers, latex
    )


def _without(
    options: Mapping[str, Any], gone: Mapping[str, Collection[str]], kinds: Mapping[str, Kind]
) -> dict[str, Any] | None:
    """The options of a figure, table or claim, without experiments and claims that a report is made without.

    None where nothing is left: it shows nothing else, or compares others with one of these.

    Args:
        options: as declared.
        gone: role -> the names of that role that a report is made without.
        kinds: the registry of its group.
    """
    kept, kind = dict(options), kinds.get(str(options.get("kind")))
    for key, role in kind.roles_of(options).items() if kind else ():
        named, lacking = options[key], gone.get(role, ())
        if isinstance(named, list):
            kept[key] = [name for name in named if name not in lacking]
        if named and (named in lacking if isinstance(named, str) else not kept[key]):
            return None
    return kept


def _incomparable(compared: Sequence[Experiment], at: str) -> str | None:
    """Why a claim may not compare experiments: only what variants do to the training split may differ in their data."""
    if len({experiment.dataset.root for experiment in compared}) > 1:
        found = ", ".join(f"{experiment.name} on {experiment.dataset.root}" for experiment in compared)
        return f"{at}: compares experiments on different data sets ({found}); name some on one"
    for experiment in compared:
        if words := _difference(experiment, compared[0]):
            return (
                f"{words}; {at} compares both, which is fair on the same test data only: give them the same, or name "
                "others"
            )
    return None


def _difference(one: Experiment, other: Experiment) -> str | None:
    """The first parameter of the data in which two experiments on one data set or its variants differ, if any does."""
    for name, value in one.data.items():
        if value != other.data[name]:
            # of two places an experiment's own is where the mistake is, and not the data set's default
            pair = (one, other) if name in one.settings.data else (other, one)
            first, second = (f"{shown(each.data[name])} for {each.name}" for each in pair)
            return f"{pair[0].place('data', name)}: found {first}, but {second} ({pair[1].place('data', name)})"
    return None
