"""Everything that is made from runs, and what it is made from."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator
from functools import cached_property
from typing import get_args

from labreport.declarations.reports import ReportDeclaration
from labreport.declarations.schema import Lang
from labreport.planning import specs
from labreport.planning.freshness import Freshness
from labreport.planning.plan import Kept, Plan
from labreport.planning.product import Product

FIGURE_FORMS = (".pdf", ".svg", ".png", ".csv", ".txt")
FRAMES = ("metrics", "runs", "per_class")


class Products:
    """All products of a plan; each is derived when it is asked for, and at most once.

    Args:
        plan: the project's plan, which also says which runs that failed are done without.
        forced: rules and files that are to be made again in any case.
    """

    def __init__(self, plan: Plan, forced: Collection[str] = ()) -> None:
        self.plan = plan
        self._freshness = Freshness(plan, forced)
        self._made: dict[str, Product] = {}

    def figure(self, report: str, name: str, lang: Lang) -> Product:
        """A figure in a language."""
        return self._item("draw", "figure", report, name, lang)

    def table(self, report: str, name: str, lang: Lang) -> Product:
        """A table in a language."""
        return self._item("tabulate", "table", report, name, lang)

    def claim(self, report: str, name: str) -> Product:
        """A claim, which is judged in both languages at once."""
        return self._item("judge", "claim", report, name, None)

    def frames(self, report: str) -> Product:
        """The frames of all runs of a report."""
        declared = self.plan.report(report)

        def make(record: str) -> Product:
            files = tuple(f"results/reports/{report}/{frame}.csv" for frame in FRAMES)
            runs = tuple(self.plan.report_runs(declared.experiments))
            spec = specs.gather_spec(self.plan, declared)
            title = f"gather all runs of {report}"
            return Product("frames", title, report, report, None, spec, files, runs, (), (), record)

        return self._kept(f"gather/{report}", make)

    def latex(self, report: str, lang: Lang) -> Product:
        """The LaTeX of a report in a language."""
        file = specs.latex_file(report, lang)
        files = (file, *self._pictures(report, file, "figures", ".pdf"))
        return self._text(report, lang, "latex", files, f"{report}.{lang}.tex")

    def markdown(self, report: str, suffix: str, lang: Lang) -> Product:
        """The Markdown of a report, `report/NAME<suffix>.md`."""
        file = f"report/{report}{suffix}.md"
        pictures = f"{report}{suffix}"  # a folder of its own: another text may be of another scale
        files = (file, *self._pictures(report, file, pictures, ".svg"))
        return self._text(report, lang, "markdown", files, f"{report}{suffix}.md", pictures)

    def pdf(self, report: str, suffix: str, lang: Lang) -> Product:
        """The PDF of a report, `report/NAME<suffix>.pdf`."""
        file = f"report/{report}{suffix}.pdf"

        def make(record: str) -> Product:
            text = self.latex(report, lang)
            spec = specs.pdf_spec(text.files)
            return Product("pdf", f"typeset {file}", report, file, lang, spec, (file,), (), (), (text,), record)

        return self._kept(f"typeset/{report}{suffix}.pdf", make)

    def results(self, report: str, lang: Lang) -> list[Product]:
        """The figures, tables, claims and frames of a report in a language."""
        declared = self.plan.report(report)
        return [
            *(self.figure(report, name, lang) for name in declared.figures),
            *(self.table(report, name, lang) for name in declared.tables),
            *(self.claim(report, name) for name in declared.claims),
            self.frames(report),
        ]

    def of_target(self, target: str) -> list[Product]:
        """The products that a target of the command line asks for itself; empty where it asks for none."""
        reports = self.plan.declarations.reports
        if target == "all":
            return [
                made for name in reports for form in ("pdf", "md") for made in self.of_target(f"report/{name}.{form}")
            ]
        if target in {"publish", *(f"publish_{name}" for name in reports)}:
            names = list(reports) if target == "publish" else [target.removeprefix("publish_")]
            return [made for name in names for made in self.results(name, "en")]
        if found := specs.REPORT_FILE.fullmatch(target):
            lang: Lang = "zh" if found[2] == "zh" else "en" if found[2] else self.plan.declarations.config.lang
            suffix = f".{found[2]}" if found[2] else ""
            return [(self.pdf if found[3] == "pdf" else self.markdown)(found[1], suffix, lang)]
        return [made for made in self._everything if target in made.declared]

    def reachable(self, targets: Iterable[str]) -> list[Product]:
        """All products that targets ask for or need, each after those that it is made from."""
        found: dict[Product, None] = {}

        def visit(product: Product) -> None:
            if product not in found:
                for needed in product.needs:
                    visit(needed)
                found[product] = None

        for target in targets:
            for product in self.of_target(target):
                visit(product)
        return list(found)

    def stale(self, product: Product) -> str | None:
        """Why a product is to be made, in a few words; None where what is there is what would be made."""
        return self._freshness.stale(product)

    @cached_property
    def _everything(self) -> list[Product]:
        """Every product of every report in both languages."""
        found = []
        for name in self.plan.declarations.reports:
            for lang in get_args(Lang):
                found += [*self.results(name, lang), self.latex(name, lang)]
        return list(dict.fromkeys(found))

    def _item(self, step: str, kind: str, report: str, name: str, lang: Lang | None) -> Product:
        def make(record: str) -> Product:
            declared = self.plan.report(report)
            item = declared.item(f"{kind}s", name)
            spec = specs.item_spec(self.plan, declared, item, step, lang)
            files, title = _item_files(kind, report, name, lang)
            runs = tuple(self.plan.report_runs(specs.experiments_read(item)))
            kept = tuple(self._measurements(declared, item.measurements))
            return Product(kind, title, report, name, lang, spec, files, runs, kept, (), record)

        return self._kept(f"{step}/{report}{f'.{lang}' if lang else ''}/{name}", make)

    def _text(
        self, report: str, lang: Lang, form: str, files: tuple[str, ...], name: str, pictures: str | None = None
    ) -> Product:
        def make(record: str) -> Product:
            declared = self.plan.report(report)
            needs = tuple(self.results(report, lang))
            spec = specs.text_spec(self.plan, declared, lang, form, pictures)
            runs = tuple(self.plan.report_runs(declared.experiments))
            kept = tuple(self._measurements(declared, declared.measurements))
            return Product("text", f"write {files[0]}", report, files[0], lang, spec, files, runs, kept, needs, record)

        return self._kept(f"write/{name}", make)

    def _pictures(self, report: str, file: str, folder: str, form: str) -> list[str]:
        """The pictures that a text keeps beside itself."""
        beside = file.rpartition("/")[0]
        return [f"{beside}/{folder}/{name}{form}" for name in self.plan.report(report).figures]

    def _measurements(self, report: ReportDeclaration, names: Iterable[str]) -> Iterator[Kept]:
        kept = self.plan.report_measurements(report)
        return (kept[name] for name in names)

    def _kept(self, name: str, make: Callable[[str], Product]) -> Product:
        record = f"results/records/{name}.json"
        if record not in self._made:
            self._made[record] = make(record)
        return self._made[record]


def _item_files(kind: str, report: str, name: str, lang: Lang | None) -> tuple[tuple[str, ...], str]:
    """A figure's, table's or claim's files, and what Snakemake calls the job."""
    if kind == "claim" or lang is None:
        return (specs.claim_file(report, name),), f"judge the claim {name}"
    if kind == "figure":
        return tuple(specs.figure_prefix(report, lang, name) + form for form in FIGURE_FORMS), f"draw {name} ({lang})"
    return tuple(
        specs.table_prefix(report, lang, name) + form for form in (".csv", ".json")
    ), f"tabulate {name} ({lang})"
