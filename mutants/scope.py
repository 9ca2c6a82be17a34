"""Which modules are changed, and which tests have to notice."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
SOURCES = ROOT / "src" / "labreport"


@dataclass(frozen=True)
class Group:
    """Modules with the tests of their own.

    Attributes:
        modules: patterns of paths below `src/labreport`.
        tests: files and folders; those of whole workflows are never among them.
        part: of the page that they are on.
    """

    modules: tuple[str, ...]
    tests: tuple[str, ...]
    part: str = "science"

    @property
    def paths(self) -> list[str]:
        """The modules, as paths below `src/labreport`."""
        found = (path for pattern in self.modules for path in sorted(SOURCES.glob(pattern)))
        return [str(path.relative_to(SOURCES)) for path in found]


OPTIONS = "tests/declarations/test_reports.py"  # of kinds, which their registries declare
GROUPS: Mapping[str, Group] = {
    "data": Group(("data/*.py",), ("tests/data",)),
    "models": Group(("models/*.py",), ("tests/models",)),
    "training": Group(("training/*.py",), ("tests/training",)),
    "results": Group(("results.py", "result_files.py"), ("tests/test_results.py",)),
    "metrics": Group(("metrics.py",), ("tests/test_metrics.py",)),
    "convergence": Group(("convergence.py",), ("tests/test_convergence.py",)),
    "rounding": Group(("rounding.py",), ("tests/test_rounding.py",)),
    "sampling": Group(("sampling.py",), ("tests/test_sampling.py",)),
    "streams": Group(("streams.py",), ("tests/training/test_seeds.py",)),
    "quantities": Group(("quantities/*.py",), ("tests/quantities",), "report"),
    "claims": Group(("claims/*.py",), ("tests/claims", OPTIONS), "report"),
    "tables": Group(("tables/*.py",), ("tests/tables", OPTIONS), "report"),
    "figures": Group(("figures/*.py", "figures/networks/*.py"), ("tests/figures", OPTIONS), "report"),
    "documents": Group(("documents/*.py",), ("tests/documents",), "report"),
}
