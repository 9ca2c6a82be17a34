"""`labreport verify`: every number of a report derived from its runs once more and compared."""

from __future__ import annotations

import tempfile
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from labreport.commands.comparing import file_differences
from labreport.commands.derive import code_changed, derive
from labreport.commands.folders import folder_faults
from labreport.commands.published import section_faults
from labreport.commands.references import PUBLISHED, folders_named, texts_of, trained_on
from labreport.declarations.project import load
from labreport.errors import ResultsError, UserError
from labreport.files import file_digest
from labreport.planning import records
from labreport.planning.plan import Plan
from labreport.planning.product import Product
from labreport.planning.products import Products
from labreport.planning.specs import REPORT_FILE


def verify(root: Path, reports: Sequence[str], settings: Mapping[str, Any]) -> int:
    """Print a line for everything that does not match; nothing is written in the project.

    Args:
        root: the project's folder, which is the current one.
        reports: names or files in report/; none stands for every report of which something is there.
        settings: values of config.yaml to use in place of the file's.

    Returns:
        The exit status: 1 where something does not match; what is merely out of date is told, and is 0.

    Raises:
        UserError: the declarations are wrong, or nothing of a report that was named is there.
    """
    products = Products(Plan(load(root, settings)))
    status, verified = 0, False
    files = [REPORT_FILE.fullmatch(word) for word in reports]
    named = [found[1] if found else word for found, word in zip(files, reports, strict=True)]
    for name in dict.fromkeys(named) or list(products.plan.declarations.reports):
        made = _made(products, name)
        published = sorted((root / PUBLISHED).glob(f"{name}.*.json"))
        if not made and not published:
            if reports:
                raise ResultsError(f"{name}: nothing of this report is there; make report/{name}.pdf first")
            continue
        check = _Check(root)
        with tempfile.TemporaryDirectory(prefix="labreport-verify-") as folder:
            faults = [*check.faults(made, Path(folder)), *check.page_faults(published, Path(folder))]
        print("\n".join([*faults, *check.outdated, f"{name}: {check.said()}; {_verdict(faults, check.outdated)}"]))
        status, verified = 1 if faults else status, True
    if not verified:
        print("nothing to verify: no report is there")
    return status


def _verdict(faults: Sequence[str], outdated: Sequence[str]) -> str:
    wrong = f"{len(faults)} thing{'s' if len(faults) > 1 else ''} did not match" if faults else ""
    old = f"{len(outdated)} {'is' if len(outdated) == 1 else 'are'} out of date" if outdated else ""
    return ", ".join(filter(None, [wrong or ("everything else matches" if old else "everything matches"), old]))


def _made(products: Products, report: str) -> list[Product]:
    """The products of a report that were made, in every language and format, and all that its texts need."""
    root = products.plan.root
    found = products.reachable(texts_of([report]))
    made = {product for product in found if _is_there(root, product) or (root / product.record).is_file()}
    for product in reversed(found):  # each stands after those that it is made from
        if product in made and _is_there(root, product):
            made.update(product.needs)
    return [product for product in found if product in made]


def _is_there(root: Path, product: Product) -> bool:
    """Whether a product is there, in whole or in part."""
    return any((root / path).is_file() for path in product.files)


class _Check:
    """What was compared of one report, counted."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.counts: Counter[str] = Counter()
        self.outdated: list[str] = []
        self._folders: set[str] = set()

    def said(self) -> str:
        """What was compared."""
        return (
            ", ".join(f"{count} {name}{'' if count == 1 else 's'}" for name, count in self.counts.items()) + " compared"
        )

    def faults(self, products: Iterable[Product], derived: Path) -> Iterator[str]:
        """A line for everything that does not match."""
        for product in products:
            record = records.load(self.root / product.record)
            if record is None and not _is_there(self.root, product):
                yield f"{product.files[0]}: is gone"
                continue
            if record is None:
                yield f"{product.name}: there is no record of what it was made from, or it is damaged; make it again"
                continue
            yield from self._folder_faults(record)
            yield from self._product_faults(product, record, derived)

    def page_faults(self, published: Iterable[Path], derived: Path) -> Iterator[str]:
        """A line for everything in the sections of the page of measured results that does not match."""
        for path in published:
            record = records.load(path)
            if record is None:
                yield f"{path.relative_to(self.root)}: is damaged; publish {path.stem.replace('.', ' at ')} again"
                continue
            self.counts["published section"] += 1
            yield from self._folder_faults(record)
            yield from section_faults(self.root, record, derived)

    def _folder_faults(self, record: Mapping[str, Any]) -> Iterator[str]:
        for folder, sort in _folders(self.root, record["spec"]):
            if folder in self._folders:
                continue
            self._folders.add(folder)
            if (self.root / folder).is_dir():
                self.counts[f"{sort} folder"] += 1
                yield from (f"{folder}: {fault}" for fault in folder_faults(self.root / folder))
            elif any(digest and path.startswith(f"{folder}/") for path, digest in record["inputs"].items()):
                yield f"{folder}: is gone; the report was made with it"

    def _product_faults(self, product: Product, record: Mapping[str, Any], derived: Path) -> Iterator[str]:
        files: list[str] = []
        if product.kind == "text" and (changed := self._edited(record)):
            self.outdated.append(
                f"{product.files[0]}: is out of date: {', '.join(changed)} changed since it was made; make it again"
            )
        else:
            try:
                files = derive(product.kind, product.files[0], record, derived)
            except UserError as error:
                yield f"{product.title}: cannot be derived: {' '.join(str(error).split())}"
        remark = " (its code changed since it was made)" if files and code_changed(product.kind, record["spec"]) else ""
        differing = set()
        for path in (path for path in files if (self.root / path).exists()):
            self.counts["file"] += 1
            for place in file_differences(self.root / path, derived / path):
                differing.add(path)
                yield f"{path}: {place}{remark}"
        for path, digest in record["outputs"].items():
            if path not in files:
                self.counts["digest"] += 1
            if path not in differing and (fault := self._digest_fault(path, digest)):
                yield f"{path}: {fault}"

    def _edited(self, record: Mapping[str, Any]) -> list[str]:
        """The text's own sources that are no longer what it was made from."""
        named = record["spec"].get("files") or ()
        own = [path for path in named if isinstance(path, str) and not path.startswith("results/")]
        return [path for path in own if records.digest(self.root, records.Input(path)) != record["inputs"].get(path)]

    def _digest_fault(self, path: str, digest: str) -> str | None:
        try:
            found = file_digest(self.root / path)
        except FileNotFoundError:
            return "is gone"
        except OSError as error:
            return f"cannot be read ({error.strerror or error})"
        return None if found == digest else "was changed since it was made"


def _folders(root: Path, spec: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """The folders that a product was made from, and of what; of its runs also the word vectors that they began with."""
    for folder in folders_named(spec):
        sort = folder.split("/")[1].removesuffix("s")
        yield folder, sort
        if sort == "run":
            began = (path for path in trained_on(root / folder / "spec.json") if path.startswith("results/vectors/"))
            yield from ((path, "word vectors") for path in began)
