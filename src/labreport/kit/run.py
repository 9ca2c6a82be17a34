"""Train the runs of a kit on the machine that it was carried to: `python -m labreport.kit.run KIT [--seconds S] ...`.

Nothing but Python, numpy and what training itself imports is needed. Parts are unpacked, data prepared and runs trained
each in a process of its own, which begins as soon as what it needs is there; runs begin in the kit's order.
"""

import argparse
import os
import signal
import subprocess
import sys
import tarfile
import time
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import FrameType
from typing import Any

from labreport.errors import TrainingError, run_step
from labreport.files import SUMS, atomic_path, read_object
from labreport.machine.devices import LEASED, available_cpus, leased
from labreport.running.jobs import COMMIT

LIST, RUNS = "list.json", "runs.tar"
UNPACK, PREPARE, TRAIN = "unpack", "prepare", "train"
LAST_START_S = 30.0  # a run that begins later would not end its first epoch
STOPPING_S = 60.0  # who has not stopped by then is hanging
POLL_S = 0.1


@dataclass
class Task:
    """Something that a process does.

    Attributes:
        does: unpack, prepare or train.
        title: of what.
        command: what the process carries out, after `python -m`.
        makes: the file whose presence says that it is done.
        wants: files that must be there first.
        log: takes what is printed.
        state: waits, runs, done, failed or stopped.
    """

    does: str
    title: str
    command: list[str]
    makes: Path
    wants: list[Path]
    log: Path
    state: str = "waits"
    process: subprocess.Popen[bytes] | None = field(default=None, repr=False)
    began: float = 0.0
    seconds: float = 0.0

    def lacks(self) -> list[Path]:
        """What must be there first and is not."""
        return [path for path in self.wants if not path.is_file()]

    def begin(self) -> None:
        """Start its process."""
        self.log.parent.mkdir(parents=True, exist_ok=True)
        with open(self.log, "wb") as log:
            command = [sys.executable, "-m", *self.command]
            self.process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=log, stderr=log)
        self.state, self.began = "runs", time.monotonic()

    def has_ended(self) -> bool:
        """Look whether its process has ended, and how."""
        status = self.process.poll() if self.process is not None else None
        if status is None:
            return False
        self.seconds = time.monotonic() - self.began
        stopped = status in (128 + signal.SIGTERM, 128 + signal.SIGINT, -signal.SIGTERM, -signal.SIGINT)
        self.state = "done" if status == 0 and self.makes.is_file() else "stopped" if stopped else "failed"
        return True

    def send(self, number: int) -> None:
        """Send a signal to its process."""
        if self.process is not None and self.process.poll() is None:
            self.process.send_signal(number)

    def last_line(self) -> str:
        """The last thing that its log says, or what it lacks."""
        if self.state == "waits" and (lacks := self.lacks()):
            return f"lacks {lacks[0]}"
        if not self.log.is_file():
            return ""
        return (self.log.read_text(encoding="utf-8", errors="replace").split("\n")[-2:] or [""])[0].strip()


class Runner:
    """Carries out tasks, several at a time.

    Args:
        tasks: in the order in which they are begun.
        most: how many of what they do may run at once.
        seconds: after which all are asked to stop; None for never.
        pack: called whenever a run has ended.
    """

    def __init__(
        self, tasks: Sequence[Task], most: Mapping[str, int], seconds: float | None, pack: Callable[[], None]
    ) -> None:
        self._tasks = tasks
        self._most = most
        self._pack = pack
        self._start = time.monotonic()
        self._end = float("inf") if seconds is None else self._start + seconds
        self._last = self._end - min(LAST_START_S, (seconds or 0) / 4)

    def stop(self, number: int = 0, frame: FrameType | None = None) -> None:
        """Ask all to stop now."""
        self._end = self._last = min(self._end, time.monotonic())

    def carry_out(self) -> None:
        """Begin and end tasks until all is done, nothing can be begun any more, or time is over."""
        stopping: float | None = None
        while True:
            now = time.monotonic()
            for task in self._of("runs"):
                if task.has_ended():
                    said = "" if task.state == "done" and task.does != TRAIN else f": {task.last_line()}"
                    self._say(f"{task.does} {task.title} {task.state} after {task.seconds:.1f} s{said}")
                    if task.does == TRAIN:
                        self._pack()
            if stopping is None and now >= self._end:
                stopping = now
                self._say(f"time is over: {len(self._of('runs'))} are asked to stop")
                self.end()
            elif stopping is None and now < self._last:
                self._begin()
            elif stopping is not None and now >= stopping + STOPPING_S:
                self.end(signal.SIGKILL)
            if not self._of("runs"):
                return
            time.sleep(POLL_S)

    def end(self, number: int = signal.SIGTERM) -> None:
        """Ask all that runs to stop, at a step's end."""
        for task in self._of("runs"):
            task.send(number)

    def _of(self, state: str) -> list[Task]:
        return [task for task in self._tasks if task.state == state]

    def _begin(self) -> None:
        for task in self._of("waits"):
            busy = sum(other.does == task.does for other in self._of("runs"))
            if busy < self._most[task.does] and not task.lacks():
                task.begin()
                self._say(f"{task.does} {task.title}")

    def _say(self, what: str) -> None:
        print(f"[{time.monotonic() - self._start:6.1f} s] {what}", flush=True)

    def told(self) -> list[str]:
        """A table of the runs: what became of each, for how long, and the last line of its log."""
        runs = [task for task in self._tasks if task.does == TRAIN]
        width = max((len(task.title) for task in runs), default=0)
        lines = [f"part not here: {task.title}" for task in self._of("waits") if task.does == UNPACK]
        lines += [f"{run.title:<{width}}  {run.state:<7}  {run.seconds:7.1f} s  {run.last_line()}" for run in runs]
        counts = ", ".join(f"{count} {state}" for state, count in Counter(run.state for run in runs).items())
        return [*lines, f"{len(runs)} runs: {counts or 'none'}"]


def pack_runs(tar: Path, runs: Iterable[Path], logs: Iterable[Path]) -> None:
    """Write the finished ones of some runs, and some logs, to a tar; whole or not at all."""
    with atomic_path(tar) as temporary, tarfile.open(temporary, "w") as out:
        for folder in runs:
            if (folder / SUMS).is_file():
                for path in sorted(folder.iterdir()):
                    out.add(path, "/".join(("runs", *path.parts[-3:])), recursive=False)
        for log in logs:
            out.add(log, f"logs/{log.name}")


def tasks_of(kit: Path, contents: Mapping[str, Any], only: Sequence[str], threads: int) -> list[Task]:
    """What is to be done for the runs of a kit, or for some, in the current folder; what is there already is left out.

    Args:
        kit: its folder.
        contents: of its list.
        only: names of experiments, or keys of runs; none stands for all.
        threads: CPU threads of a run.

    Raises:
        TrainingError: a name is none of the kit's.
    """
    names = [{run["experiment"], run["key"], run["title"]} for run in contents["runs"]]
    if unknown := [name for name in only if not any(name in one for one in names)]:
        raise TrainingError(f"--only: {', '.join(unknown)}: no run of this kit has such a name or key")

    def task(does: str, about: Mapping[str, Any], *command: str) -> Task:
        name = f"{does}-{about['title']}".replace(" ", "-").replace("/", "-")
        wants, makes = [Path(path) for path in about["wants"]], Path(about["makes"])
        state = "done" if makes.is_file() else "waits"
        return Task(does, about["title"], list(command), makes, wants, Path("logs") / f"{name}.log", state)

    def step(does: str, about: Mapping[str, Any], *more: str) -> Task:
        return task(does, about, "labreport.steps", does, str(kit / "jobs" / f"{about['key']}.json"), *more)

    chosen = [run for run, own in zip(contents["runs"], names, strict=True) if not only or own & {*only}]
    runs = [step(TRAIN, run, "--threads", str(threads)) for run in chosen]
    wanted = {path for run in runs if run.state != "done" for path in run.wants}
    prepared = [one for about in contents["prepare"] if (one := step(PREPARE, about)).makes in wanted]
    wanted |= {path for one in prepared if one.state != "done" for path in one.wants}
    parts = []
    for about in contents["parts"]:
        packed = next(kit.glob(f"part-*/{about['file']}"), kit / about["part"] / about["file"])
        target = str(Path(about["makes"]).parent if about["makes"].endswith(SUMS) else about["makes"])
        part = {**about, "title": about["file"], "wants": [packed]}
        parts.append(task(UNPACK, part, "labreport.kit.packing", str(packed), target, about["digest"]))
    return [*(one for one in parts if one.makes in wanted), *prepared, *runs]


def main(argv: Sequence[str] | None = None) -> None:
    """Parse the command line and carry it out.

    Raises:
        TrainingError: a name is none of the kit's, or a run has failed.
    """
    parser = argparse.ArgumentParser(prog="start.py", description="Trains the runs of this kit.")
    parser.add_argument("kit", type=Path, help=argparse.SUPPRESS)
    parser.add_argument("--seconds", type=float, help="after which runs stop at a checkpoint; default: never")
    parser.add_argument("--processes", type=int, default=4, help="runs at a time; default: 4")
    parser.add_argument("--only", nargs="+", default=[], metavar="NAME", help="experiments, or keys of runs")
    parser.add_argument("--tar", type=Path, help=f"takes the finished runs; default: {RUNS} in the kit")
    options = parser.parse_args(argv)
    if options.processes < 1:
        raise TrainingError(f"--processes: found {options.processes}, at least one is needed")
    kit, tar = options.kit.resolve(), (options.tar or options.kit / RUNS).resolve()
    work = kit / "work"
    work.mkdir(parents=True, exist_ok=True)
    os.chdir(work)
    cpus = available_cpus()
    contents = read_object(kit / LIST)
    try:
        tasks = tasks_of(kit, contents, options.only, max(1, cpus // options.processes))
    except (LookupError, TypeError, AttributeError) as error:
        found = f"{type(error).__name__}: {error}"
        raise TrainingError(f"{kit / LIST}: is missing or damaged ({found}); carry it here once more") from None
    finished = [Path(run["makes"]).parent for run in contents["runs"]]

    def pack() -> None:
        pack_runs(tar, finished, [task.log for task in tasks if task.state in {"failed", "stopped"}])

    if contents.get("commit"):
        os.environ[COMMIT] = contents["commit"] + "-dirty" * bool(contents.get("dirty"))
    with leased("the runs of a kit") as device:
        if device is not None:
            os.environ[LEASED] = device
        runner = Runner(tasks, {UNPACK: cpus, PREPARE: cpus, TRAIN: options.processes}, options.seconds, pack)
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, runner.stop)
        try:
            runner.carry_out()
        finally:  # a full disk, for one: no child goes on by itself
            runner.end()
        pack()
    print(*runner.told(), tar, sep="\n", flush=True)
    if failed := [task.title for task in tasks if task.state == "failed"]:
        raise TrainingError(f"{len(failed)} failed: {', '.join(failed)}; their logs are in {work / 'logs'} and the tar")


if __name__ == "__main__":
    sys.exit(run_step(main))
