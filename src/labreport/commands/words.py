"""What would be done, in words: every run with its reason, and what is made of runs in a few lines."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from labreport.commands.estimate import Estimate, estimate
from labreport.commands.work import Work, work
from labreport.planning.history import History, listed
from labreport.planning.plan import Kept, Plan, Run
from labreport.planning.product import Product
from labreport.planning.products import Products

# Kind of product -> what its step does, and what one and several are called.
STEPS = {
    "figure": ("draw", "figure", "figures"),
    "table": ("tabulate", "table", "tables"),
    "claim": ("judge", "claim", "claims"),
    "frames": ("gather", "report's runs", "reports' runs"),
    "text": ("write", "text", "texts"),
    "pdf": ("typeset", "PDF", "PDFs"),
}
# Ends of reasons that follow from other lines of the same plan.
FOLLOWS = {
    " is trained": "of runs that are trained",
    " is measured": "of measurements that are taken",
    " is made again": "of figures, tables, claims or texts that are made again",
}
NAMED = 6
# So many experiments with one reason are told in one line.
MANY = 4
SUMMARY_RUNS = 5


def summary(plan: Plan, products: Products, targets: Iterable[str]) -> list[str]:
    """What is to be done before it begins, in a few lines; none where nothing is.

    Args:
        plan: the project's plan.
        products: what is made from its runs.
        targets: what is asked for, as Snakemake takes it.

    Raises:
        DeclarationError: nothing makes a target.
        DataError: the raw folder lacks data that are needed.
    """
    found = work(products, targets)
    if found.is_nothing:
        return []
    history = History(plan)
    lines = [f"to do: {', '.join(_heads(found, estimate(history, found.runs)))}"]
    reasons = run_lines(history, found.runs)
    shown = reasons if len(reasons) <= SUMMARY_RUNS else reasons[: SUMMARY_RUNS - 1]
    more = (
        [f"... and {len(reasons) - len(shown)} more; `labreport plan` names them"] if len(shown) < len(reasons) else []
    )
    return [*lines, *(f"  {line}" for line in [*shown, *more]), *_lacking(found)]


def report(history: History, found: Work, time: Estimate) -> list[str]:
    """The whole plan, a line per step and below it what it is done to and why.

    Args:
        history: the earlier runs that reasons are told from.
        found: what is to be done.
        time: what training takes.
    """
    if found.is_nothing:
        return [f"nothing to do for {', '.join(found.targets)}", *_there(found)]
    lines = [f"to do for {', '.join(found.targets)}:"]
    heads = dict(zip(_steps(found), _heads(found, time), strict=True))
    details = {
        "download": list(found.archives),
        "generate": _names(found.samples),
        "prepare": _names(found.data),
        "learn": _names(found.vectors),
        "measure": _names(found.measurements),
        "train": run_lines(history, found.runs),
        **{STEPS[kind][0]: product_lines(found.of_kind(kind)) for kind in STEPS},
        "publish": [listed(list(found.pages), NAMED)],
    }
    for step, head in heads.items():
        lines += [f"  {head}", *(f"    {line}" for line in details[step])]
    return [*lines, *_lacking(found), *_there(found)]


def run_lines(history: History, runs: Sequence[Run]) -> list[str]:
    """`EXPERIMENT seed 0: why`; seeds with one reason share a line, and so do many experiments."""
    seeds: dict[tuple[str, str], list[int]] = {}
    for run in runs:
        seeds.setdefault((run.name, history.why(run)), []).append(run.seed)
    alike: dict[tuple[str, tuple[int, ...]], list[str]] = {}
    for (name, why), own in seeds.items():
        alike.setdefault((why, tuple(own)), []).append(name)
    lines = []
    for (why, found), names in alike.items():
        which = f"seed{'s' if len(found) > 1 else ''} {', '.join(map(str, found))}"
        if len(names) >= MANY:
            lines.append(f"{len(names)} experiments, {which}: {why} ({listed(names, NAMED)})")
        else:
            lines += [f"{name} {which}: {why}" for name in names]
    return lines


def product_lines(products: Sequence[tuple[Product, str]]) -> list[str]:
    """Names of what is made and why; what follows from other lines of the plan is told together."""
    several = len({product.lang for product, _ in products}) > 1
    groups: dict[tuple[str, str], list[str]] = {}
    for product, reason in products:
        follows = next((words for end, words in FOLLOWS.items() if reason.endswith(end)), None)
        place = "" if follows or product.report in product.name else f"{product.report}: "
        name = f"{product.name} ({product.lang})" if several and product.kind in {"figure", "table"} else product.name
        groups.setdefault((place, follows or reason), []).append(name)
    return [f"{place}{listed(names, NAMED)}: {reason}" for (place, reason), names in groups.items()]


def duration(seconds: float) -> str:
    """A time as one says it: 45 s, 12 min, 3 h 20 min."""
    if seconds < 90:
        return f"{max(1, round(seconds))} s"
    minutes = round(seconds / 60)
    return f"{minutes} min" if minutes < 120 else f"{minutes // 60} h {minutes % 60} min"


def _steps(found: Work) -> list[str]:
    """The steps that have something to do, in their order; each is said by one of `_heads`."""
    before = {
        "download": found.archives,
        "generate": found.samples,
        "prepare": found.data,
        "learn": found.vectors,
        "measure": found.measurements,
        "train": found.runs,
    }
    made = [step for kind, (step, _, _) in STEPS.items() if found.of_kind(kind)]
    return [*(step for step, things in before.items() if things), *made, *(["publish"] if found.pages else [])]


def _heads(found: Work, time: Estimate) -> list[str]:
    """A phrase for each of `_steps`."""
    phrases = {
        "download": _counted("download", found.archives, "archive", "archives"),
        "generate": _counted("generate", found.samples, "demo sample", "demo samples"),
        "prepare": _counted("prepare", found.data, "data set", "data sets"),
        "learn": _counted("learn", found.vectors, "set of word vectors", "sets of word vectors"),
        "measure": _counted("take", found.measurements, "measurement", "measurements"),
        "train": f"{_counted('train', found.runs, 'run', 'runs')} ({_time(time)})",
        **{step: _counted(step, found.of_kind(kind), *names) for kind, (step, *names) in STEPS.items()},
        "publish": _counted("write", found.pages, "section", "sections") + " of docs/results.md",
    }
    return [phrases[step] for step in _steps(found)]


def _counted(verb: str, things: Sequence[object], one: str, several: str) -> str:
    return f"{verb} {len(things)} {one if len(things) == 1 else several}"


def _time(time: Estimate) -> str:
    if not time.seconds:
        return f"time unknown: {'earlier runs had other data' if time.other_data else 'no earlier run tells it'}"
    runs = f"{time.earlier} earlier run{'s' if time.earlier > 1 else ''} on {', '.join(time.devices)}"
    unknown = f", unknown for {len(time.unknown)}" if time.unknown else ""
    after = " one after the other" if len(time.seconds) > 1 else ""
    return f"about {duration(time.total)}{after}, from {runs}{unknown}"


def _names(kept: Iterable[Kept]) -> list[str]:
    return [listed([one.address if one.key else one.name for one in kept], NAMED)]


def _lacking(found: Work) -> list[str]:
    """What no step mends."""
    return [
        f"{folder} lacks {listed(list(names), NAMED)}, which no step makes again: remove the folder {folder} to train "
        "it again"
        for folder, names in found.lacking.items()
    ]


def _there(found: Work) -> Iterator[str]:
    """What is there already and what is done without."""
    counts = {kind: sum(product.kind == kind for product in found.products_there) for kind in STEPS}
    there = [
        _counted("", found.runs_there, "run", "runs").strip(),
        *(f"{count} {STEPS[kind][1 if count == 1 else 2]}" for kind, count in counts.items() if count),
    ]
    yield f"there already: {', '.join(there)}"
    if found.given_up:
        names = listed([f"{run.name} seed {run.seed}" for run in found.given_up], NAMED)
        yield f"failed and done without: {names} (without --keep-going tried again)"
