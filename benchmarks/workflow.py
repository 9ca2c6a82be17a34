"""What users wait for: a demo report from nothing, all of them, a start with nothing to do, a changed word."""

from __future__ import annotations

import json
import re
from pathlib import Path
from statistics import median

from benchmarks.comparison import Comparison, compare, turns
from benchmarks.processes import CommandFailedError, run
from benchmarks.project import environment, snakemake

REPORT = ("report/practice1.pdf", "--config", "scale=demo")
ALL = ("all", "--config", "scale=demo")
PROSE = "templates/practice1/zh.md.j2"
SENTENCE = re.compile(r"^(?![{#])(.*)。$", re.MULTILINE)
TRAINING, BESIDE_S = 1.8, 15.0  # what a first report may take: so often its runs' training, and so many seconds
ALL_S = 150.0
WORD_S = {"pdf": 4.0, "html": 3.0}
MOST_BYTES = 3e9
PAIRS, WORDS = 7, 3
NOTHING = "Nothing to be done"
TRIVIAL = 'rule trivial:\n    output: "done.txt"\n    shell: "touch {output}"\n'


def first(project: Path) -> list[Comparison]:
    """Make the demo report in a copy without results, which afterwards holds them; the set-up does not count."""
    usage = run(snakemake("--cores", "1", *REPORT), project, environment(), memory=True)
    runs = [json.loads(path.read_bytes())["seconds"] for path in project.glob("results/runs/*/*/summary.json")]
    trained = sum(runs)
    aim, remark = TRAINING + BESIDE_S / trained, f"{TRAINING:g} times and {BESIDE_S:g} s"
    beside = f"{trained:.0f} s of training in {len(runs)} runs"
    return [
        Comparison(
            "demo report, one core: wall time",
            f"{usage.wall_s:.0f} s",
            beside,
            usage.wall_s / trained,
            aim,
            remark=remark,
        ),
        Comparison.within(
            "demo report, one core: memory of all its processes",
            (usage.peak_bytes or 0) / 1e9,
            MOST_BYTES / 1e9,
            "{:.2f} GB",
        ),
    ]


def every(project: Path) -> list[Comparison]:
    """Make all demo reports on two cores in a copy without results."""
    usage = run(snakemake("--cores", "2", *ALL), project, environment())
    return [Comparison.within("all demo reports, two cores: wall time", usage.wall_s, ALL_S, "{:.0f} s")]


def again(project: Path, trivial: Path) -> list[Comparison]:
    """Start where nothing is to be done, and where one word of a report's prose was changed.

    Args:
        project: a copy in which the demo report is there already.
        trivial: an empty folder.

    Raises:
        CommandFailedError: a start found something to do, or nothing after a change.
    """
    (trivial / "Snakefile").write_text(TRIVIAL, encoding="utf-8")
    run(snakemake("--cores", "1", "done.txt"), trivial, environment())
    times = turns(PAIRS, lambda: started(project, *REPORT), lambda: started(trivial, "done.txt"))
    starts = compare("start, nothing to be done", *times, "{:.2f} s", "one trivial rule", 1.35)
    run(snakemake("--cores", "1", "report/practice1.html", *REPORT[1:]), project, environment())
    found = [starts]
    for place, (form, allowed) in enumerate(WORD_S.items()):
        words = [changed(project, place * WORDS + number, form) for number in range(WORDS)]
        what = f"one changed word to {form.upper()}, one core: median of {WORDS}"
        found.append(Comparison.within(what, median(words), allowed, "{:.2f} s"))
    return found


def started(folder: Path, *arguments: str) -> float:
    """Seconds that Snakemake takes where everything is there."""
    usage = run(snakemake("--cores", "1", *arguments), folder, environment())
    if NOTHING not in usage.output:
        raise CommandFailedError(f"{folder}: a second run did something:\n{usage.output}")
    return usage.wall_s


def changed(project: Path, number: int, form: str) -> float:
    """Seconds from one more changed word to the document that shows it."""
    path, document = project / PROSE, f"report/practice1.{form}"
    text, before = path.read_text(encoding="utf-8"), (project / document).read_bytes()
    path.write_text(SENTENCE.sub(rf"\1（{number}）。", text, count=1), encoding="utf-8")
    usage = run(snakemake("--cores", "1", document, *REPORT[1:]), project, environment())
    if (project / document).read_bytes() == before:
        raise CommandFailedError(f"{document}: is the same after {PROSE} was changed:\n{usage.output}")
    return usage.wall_s
