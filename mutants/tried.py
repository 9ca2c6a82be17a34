"""Tests run in a forked process, of the project as it is or of a mutant of it.

The process that forks has imported the libraries, which takes seconds, and nothing of the project.
"""

from __future__ import annotations

import gc
import os
import pickle
import resource
import shutil
import signal
import sys
import tempfile
import time
import traceback
from collections import defaultdict
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest

from mutants.changes import Mutant
from mutants.scope import ROOT, Group

LIBRARIES = (
    "torch", "torchvision", "numpy", "pandas", "scipy.stats", "sklearn.metrics", "gensim.models", "hypothesis",
    "pydantic", "requests", "tqdm", "yaml", "jinja2", "pypandoc", "matplotlib.figure",
    "matplotlib.backends.backend_agg", "matplotlib.backends.backend_pdf", "matplotlib.backends.backend_svg",
)  # fmt: skip
COPIED = ("benchmarks", "config", "docs", "faults", "pyproject.toml", "src", "templates", "tests")
STARTS = frozenset({"subprocess.Popen", "os.posix_spawn", "os.fork"})
PATIENCE_S = 20.0  # beyond some times what the tests take without a change
SLOWER = 5
MORE_MEMORY = 6 << 30  # bytes beyond those that the libraries take
CAUGHT = (pytest.ExitCode.TESTS_FAILED, pytest.ExitCode.INTERRUPTED, pytest.ExitCode.USAGE_ERROR)
REWRITTEN = "ignore:Module already imported so cannot be rewritten:pytest.PytestAssertRewriteWarning"


@dataclass
class Seen:
    """What a test did.

    Attributes:
        seconds: that it took, with the fixtures that were made for it.
        starts: it started another process, of which more is not seen.
        lines: module below `src/labreport` -> the lines that were executed in it or in a fixture that it uses.
        imported: the same of what was executed before any test, at import.
    """

    seconds: float = 0.0
    starts: bool = False
    lines: dict[str, set[int]] = field(default_factory=lambda: defaultdict(set))
    imported: Mapping[str, set[int]] = field(default_factory=dict)


Covered = Mapping[str, Seen]
"""What each test of a group does, by its id."""


@contextmanager
def workplace() -> Iterator[Workplace]:
    """A copy of the project for as long as it is needed."""
    with tempfile.TemporaryDirectory(prefix="labreport-mutants-") as folder:
        root = Path(folder) / "project"
        root.mkdir()
        for name in COPIED:
            if (ROOT / name).is_dir():
                shutil.copytree(ROOT / name, root / name, ignore=shutil.ignore_patterns("__pycache__"))
            else:
                shutil.copy(ROOT / name, root / name)
        yield Workplace(root)


@dataclass(frozen=True)
class Workplace:
    """A copy of the project, in which modules are changed, so that other processes that a test starts see it, too.

    Attributes:
        root: its folder.
    """

    root: Path

    @property
    def sources(self) -> Path:
        """Where its modules are."""
        return self.root / "src" / "labreport"

    def covered(self, group: Group) -> Covered:
        """Run the tests of a group without any change, within the limits that a mutant is tried in.

        Raises:
            RuntimeError: one of them fails.
        """
        kept, said = self.root / "seen", self.root / "said"
        if _forked(lambda: self._watched(group.tests, kept), limit_s=3600, said=said):
            words = said.read_text(encoding="utf-8", errors="replace")[-4000:]
            raise RuntimeError(f"the tests {' '.join(group.tests)} fail without any change:\n{words}")
        found: Covered = pickle.loads(kept.read_bytes())
        return found

    def is_caught(self, one: Mutant, seen: Covered) -> bool:
        """Whether a test fails, or does not come to its end."""
        tests = chosen(one, seen)
        files = list(dict.fromkeys(name.partition("::")[0] for name in tests))
        limit = PATIENCE_S + SLOWER * sum(seen[name].seconds for name in tests)
        return bool(tests) and self.fails(one, files, limit, Selection(tests))

    def fails(self, one: Mutant, tests: Sequence[str], limit_s: float, *plugins: object) -> bool:
        """Whether one of some tests fails with a mutant, or they take longer than so many seconds.

        It is also caught where its module cannot be imported, by tests (pytest is interrupted) or by what prepares them
        (to pytest an error of usage), or where the process dies; what is no fault of a mutant's, such as a full disk or
        an error of pytest's own, catches none.
        """
        path = self.sources / one.module
        before = path.read_bytes()
        for compiled in path.parent.glob(f"__pycache__/{path.stem}.*"):
            compiled.unlink()
        path.write_text(one.source, encoding="utf-8")
        try:
            status = _forked(lambda: self._limited(tests, *plugins), limit_s)
            return status < 0 or status in CAUGHT
        finally:
            path.write_bytes(before)

    def _limited(self, tests: Sequence[str], *plugins: object) -> int:
        # a module that was compiled a moment before would pass for the one that took its place
        sys.dont_write_bytecode = True
        os.environ["PYTHONDONTWRITEBYTECODE"] = "1"
        return self._pytest(tests, *plugins)

    def _pytest(self, words: Sequence[str], *plugins: object) -> int:
        """pytest in a process that is new to the project, with a limit of memory."""
        most = _data() + MORE_MEMORY
        resource.setrlimit(resource.RLIMIT_DATA, (most, most))  # of addresses alone a browser takes far more
        for name in [name for name in sys.modules if name.partition(".")[0] in ("labreport", "tests", "benchmarks")]:
            del sys.modules[name]
        sys.path[:] = [entry for entry in sys.path if Path(entry).resolve() not in (ROOT, ROOT / "src")]
        os.environ["PYTHONPATH"] = str(self.root / "src")
        os.chdir(self.root)
        options = ["-x", "-p", "no:cacheprovider", "-W", REWRITTEN, f"--basetemp={self.root / 'tmp'}", "--rootdir=."]
        return int(pytest.main([*options, *words], plugins=list(plugins)))

    def _watched(self, tests: Sequence[str], kept: Path) -> int:
        from coverage import Coverage

        sys.dont_write_bytecode = False  # what is compiled now serves all mutants
        watch = Coverage(data_file=None, include=[f"{self.sources}/*"], config_file=False)
        watch.set_option("run:disable_warnings", ["module-not-imported", "no-data-collected", "module-not-measured"])
        watch.start()
        spy = Spy(watch.switch_context, self.sources)
        sys.addaudithook(spy.hears)
        status = self._pytest(tests, spy)
        watch.stop()
        kept.write_bytes(pickle.dumps(dict(spy.seen(watch.get_data()))))
        return status


def chosen(one: Mutant, seen: Covered) -> list[str]:
    """The tests that may notice a mutant, the quickest first.

    They execute what is changed. What is read at import concerns all, first those that execute anything in the module;
    what none executes, those that start other processes.
    """
    near = {name: test.lines[one.module] for name, test in seen.items() if one.module in test.lines}
    tests = [name for name, lines in near.items() if lines & one.lines]
    if not one.lines or any(one.lines & test.imported.get(one.module, set()) for test in seen.values()):
        tests = list(seen)
    tests = tests or [name for name, test in seen.items() if test.starts]
    return sorted(tests, key=lambda name: (name not in near, seen[name].seconds))


def prepare() -> None:
    """Import what every test needs."""
    os.environ["PYTEST_DISABLE_PLUGIN_AUTOLOAD"] = "1"
    for name in LIBRARIES:
        import_module(name)
    if "torch" in sys.modules:
        sys.modules["torch"].set_num_threads(1)  # threads do not survive a fork
    gc.freeze()  # or each child looks through all that the libraries made, which takes longer than most tests


def _forked(work: Callable[[], int], limit_s: float, said: Path = Path(os.devnull)) -> int:
    """The exit status of some work in a child, or minus the signal that ended it; none of its processes is left.

    Args:
        work: its exit status.
        limit_s: seconds, after which it is killed.
        said: takes what it prints.
    """
    child = os.fork()
    if not child:
        status = 70
        try:
            os.setsid()
            file = os.open(said, os.O_WRONLY | os.O_CREAT)
            for stream in (1, 2):
                os.dup2(file, stream)
            status = work()
        except BaseException:
            traceback.print_exc()
            sys.stderr.flush()
        finally:
            os._exit(status)
    ended = time.monotonic() + limit_s
    pause = 0.005
    while not (found := os.waitpid(child, os.WNOHANG))[0]:
        if time.monotonic() > ended:
            os.killpg(child, signal.SIGKILL)
            found = os.waitpid(child, 0)
            break
        time.sleep(pause)
        pause = min(0.1, 1.2 * pause)
    with suppress(ProcessLookupError):
        os.killpg(child, signal.SIGKILL)
    return os.waitstatus_to_exitcode(found[1])


def _data() -> int:
    return int(Path("/proc/self/statm").read_text().split()[5]) * resource.getpagesize()


class Selection:
    """Lets pytest run some tests only, in a given order.

    Where a change renames the parameters of a test, its new forms come instead.
    """

    def __init__(self, tests: Collection[str]) -> None:
        self._places = {name: place for place, name in enumerate(tests)}
        self._functions = {name.partition("[")[0] for name in tests}

    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        """Sort and cut the list in place."""
        known = [item for item in items if item.nodeid in self._places]
        have = {item.nodeid for item in known}
        if have == set(self._places):
            items[:] = sorted(known, key=lambda item: self._places[item.nodeid])
        else:
            items[:] = known + [
                item for item in items if item.nodeid not in have and item.nodeid.partition("[")[0] in self._functions
            ]


class Spy:
    """Tells coverage which test or fixture is running."""

    def __init__(self, switch: Callable[[str], None], sources: Path) -> None:
        self._switch = switch
        self._sources = sources
        self._seconds: dict[str, float] = defaultdict(float)
        self._fixtures: dict[str, list[str]] = {}
        self._starting: set[str] = set()
        self._now = ""

    def hears(self, event: str, arguments: object) -> None:
        """What Python tells of what is done."""
        if event in STARTS:
            self._starting.add(self._now)

    @contextmanager
    def _in(self, context: str) -> Iterator[None]:
        before, self._now = self._now, context
        self._switch(context)
        yield
        self._now = before
        self._switch(before)

    @pytest.hookimpl(hookwrapper=True)
    def pytest_runtest_protocol(self, item: pytest.Item) -> Iterator[None]:
        """A test, from its first fixture to its last one."""
        self._fixtures[item.nodeid] = list(getattr(item, "fixturenames", ()))
        start = time.perf_counter()
        with self._in(item.nodeid):
            yield
        self._seconds[item.nodeid] += time.perf_counter() - start

    @pytest.hookimpl(hookwrapper=True)
    def pytest_fixture_setup(self, fixturedef: Any) -> Iterator[None]:
        """A fixture, which tests of its scope share."""
        with self._in(f"fixture {fixturedef.argname}" if fixturedef.scope != "function" else self._now):
            yield

    def seen(self, data: Any) -> Iterator[tuple[str, Seen]]:
        """Each test with what it did."""
        lines: dict[str, dict[str, set[int]]] = defaultdict(lambda: defaultdict(set))
        for file in data.measured_files():
            module = str(Path(file).relative_to(self._sources))
            for line, contexts in data.contexts_by_lineno(file).items():
                for context in contexts:
                    lines[context][module].add(line)
        for name, fixtures in self._fixtures.items():
            contexts = [name, *(f"fixture {fixture}" for fixture in fixtures)]
            one = Seen(self._seconds[name], not self._starting.isdisjoint(contexts), imported=dict(lines[""]))
            for context in contexts:
                for module, executed in lines[context].items():
                    one.lines[module] |= executed
            one.lines = dict(one.lines)
            yield name, one
