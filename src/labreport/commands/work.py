"""What a target needs and is not there: archives, data, runs, figures, tables, claims, texts and PDFs."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from labreport.errors import DeclarationError
from labreport.planning.plan import Kept, Plan, Run
from labreport.planning.product import Product
from labreport.planning.products import Products
from labreport.planning.targets import TRAIN_ALL

RAW = "results/data/raw"
SAMPLES = "results/data/samples/"
PUBLISH = re.compile(r"publish(?:_(\w+))?")
ALLOWED = (
    "all, train_all, publish, publish_NAME, report/NAME.pdf, .md, .en.pdf, .en.md, .zh.pdf, .zh.md, or a file that one "
    "of these is made from"
)


@dataclass(frozen=True)
class Work:
    """What is to be done, in the order of doing, and what is there.

    Attributes:
        targets: what was asked for.
        archives: files that are downloaded.
        samples, data, vectors, measurements: those that are missing.
        runs: those to be trained.
        products: those to be made, each with the reason.
        pages: reports whose section of the page of measured results is written.
        given_up: runs that failed and are done without.
        lacking: folder of a finished run -> the files that are gone from it and that a product is to be made from.
        runs_there: those that are needed and complete.
        products_there: those that are needed and up to date.
    """

    targets: tuple[str, ...]
    archives: tuple[str, ...]
    samples: tuple[Kept, ...]
    data: tuple[Kept, ...]
    vectors: tuple[Kept, ...]
    measurements: tuple[Kept, ...]
    runs: tuple[Run, ...]
    products: tuple[tuple[Product, str], ...]
    pages: tuple[str, ...]
    given_up: tuple[Run, ...]
    lacking: Mapping[str, tuple[str, ...]]
    runs_there: tuple[Run, ...]
    products_there: tuple[Product, ...]

    @property
    def is_nothing(self) -> bool:
        """Whether everything is there."""
        made = (self.archives, self.samples, self.data, self.vectors, self.measurements, self.runs, self.products)
        return not any((*made, self.pages))

    def of_kind(self, kind: str) -> list[tuple[Product, str]]:
        """The products of a kind that are to be made, and why."""
        return [(product, reason) for product, reason in self.products if product.kind == kind]


def work(products: Products, targets: Iterable[str]) -> Work:
    """What targets need.

    Args:
        products: of the project's plan.
        targets: as Snakemake takes them; none stands for all.

    Raises:
        DeclarationError: nothing makes a target.
        DataError: the raw folder lacks data that are needed.
    """
    plan = products.plan
    asked = tuple(os.path.normpath(target) for target in targets) or ("all",)
    needed = products.reachable(asked)
    kept = {one.folder: one for target in asked for one in _asked_for(products, target)}
    pages = list(dict.fromkeys(page for target in asked for page in _pages(plan, target)))
    runs = {run.folder: run for product in needed for run in product.runs}
    runs |= {one.folder: one for one in kept.values() if isinstance(one, Run)}
    untrained = [run for run in runs.values() if not plan.is_settled(run)]
    reasons = [(product, products.stale(product)) for product in needed]
    stale = [(product, reason) for product, reason in reasons if reason]
    shown = [one for page in pages for one in plan.report_measurements(plan.report(page)).values()]
    measured = _once([*(one for made in needed for one in made.kept), *shown, *_among(kept, plan.measurements)])
    vectors = _once([*(run.vectors for run in untrained if run.vectors), *_among(kept, plan.vectors)])
    missing_vectors = plan.unfinished(vectors)
    read = [one for product, _ in stale for one in _data_of(plan, product)]
    read += [run.data for page in pages for run in plan.report_runs(plan.report(page).experiments)]
    read += [plan.prepared[f"results/data/{one.name}/{one.spec['data']['key']}"] for one in missing_vectors]
    data = plan.unfinished(_once([*(run.data for run in untrained), *read, *_among(kept, plan.prepared)]))
    archives, samples = _sources(plan, data)
    samples += plan.unfinished(_among(kept, {one.folder: one for one in plan.samples.values()}))
    return Work(
        targets=asked,
        archives=tuple(dict.fromkeys([*archives, *(target for target in asked if _is_download(plan, target))])),
        samples=tuple(_once(samples)),
        data=tuple(data),
        vectors=tuple(missing_vectors),
        measurements=tuple(plan.unfinished(measured)),
        runs=tuple(untrained),
        products=tuple(stale),
        pages=tuple(pages),
        given_up=tuple(run for run in runs.values() if plan.is_settled(run) and not run.is_there(plan.root)),
        lacking=_lacking(plan, [product for product, _ in stale]),
        runs_there=tuple(run for run in runs.values() if run.is_there(plan.root)),
        products_there=tuple(product for product, reason in reasons if not reason),
    )


def _asked_for(products: Products, target: str) -> Iterator[Kept]:
    """What a target asks for that is no product.

    Raises:
        DeclarationError: nothing makes it.
    """
    plan = products.plan
    runs = [run for runs in plan.runs.values() for run in runs]
    if target == TRAIN_ALL:
        yield from runs
        return
    if products.of_target(target) or any(_pages(plan, target)):
        return
    everything = [*runs, *plan.prepared.values(), *plan.vectors.values(), *plan.measurements.values()]
    found = [one for one in [*everything, *plan.samples.values()] if target in _declared_files(plan, one)]
    if not found and not (plan.root / target).is_file() and not _is_download(plan, target):
        raise DeclarationError(f"{target}: nothing makes this; allowed are {ALLOWED}")
    yield from found


def _declared_files(plan: Plan, kept: Kept) -> list[str]:
    """The files of one that is missing which Snakemake is told of; a run is told of by its outcome."""
    if kept.is_there(plan.root):
        return []
    if isinstance(kept, Run):
        return [kept.outcome]
    last = kept.file(kept.last)
    return [last, f"{last}.sha256"] if kept.folder.startswith(SAMPLES) else [last]


def _is_download(plan: Plan, target: str) -> bool:
    """Whether a target is an official archive that is not there yet."""
    folder, _, file = target.rpartition("/")
    archives = {archived.archive.file for archived in plan.archived.values()}
    return folder == RAW and file in archives and not (plan.root / target).exists()


def _lacking(plan: Plan, stale: Iterable[Product]) -> dict[str, tuple[str, ...]]:
    """Finished runs that lack files which products are to be made from: no rule makes one file of a run."""
    found: dict[str, dict[str, None]] = {}
    for product in stale:
        for run in product.runs:
            if run.is_there(plan.root):
                gone = (name for name in product.spec["reads"] if not (plan.root / run.file(name)).is_file())
                found.setdefault(run.folder, {}).update(dict.fromkeys(gone))
    return {folder: tuple(names) for folder, names in found.items() if names}


def _pages(plan: Plan, target: str) -> list[str]:
    """The reports whose section of the page of measured results a target writes."""
    found = PUBLISH.fullmatch(target)
    if not found:
        return []
    reports = list(plan.declarations.reports)
    return reports if found[1] is None else [name for name in reports if name == found[1]]


def _data_of(plan: Plan, product: Product) -> Iterator[Kept]:
    """The prepared data that a product is made from itself, beside those that its runs were trained on."""
    folders = product.spec.get("data", {})
    if product.kind in {"figure", "table", "claim"}:
        declared = plan.report(product.report).item(f"{product.kind}s", product.name)
        folders = {name: folders[name] for name in declared.datasets if name in folders}
    elif product.kind != "text":
        folders = {}
    return (plan.prepared[folder] for folder in folders.values())


def _sources(plan: Plan, data: Sequence[Kept]) -> tuple[list[str], list[Kept]]:
    """The archives to be downloaded and the samples to be generated for data that are to be prepared."""
    archives, samples = [], []
    for name in dict.fromkeys(plan.declarations.datasets[one.name].root for one in data):
        if plan.declarations.scale.source == "sample":
            samples += plan.unfinished([plan.samples[name]])
        elif plan.raw_source(name) is None:
            archive = f"{RAW}/{plan.archived[name].archive.file}"
            archives += [] if (plan.root / Path(archive)).exists() else [archive]
    return archives, samples


def _among(kept: dict[str, Kept], group: dict[str, Kept]) -> list[Kept]:
    return [one for folder, one in kept.items() if folder in group]


def _once(kept: Iterable[Kept]) -> list[Kept]:
    return list({one.folder: one for one in kept}.values())
