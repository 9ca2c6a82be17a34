"""What takes long: word vectors, measurements and runs. Their folders go only when they are made again."""

from collections.abc import Iterator
from contextlib import contextmanager

from labreport.artifacts.artifact import CODE, SPEC
from labreport.machine.devices import available_cpus, leased
from labreport.machine.outcome import content, write_receipt
from labreport.running.jobs import check_planned, refuse_failed, to_be_done, wanted
from labreport.steps.step import Job, now, versions
from labreport.store import ResultFolder, result_folder


@contextmanager
def _made(job: Job) -> Iterator[ResultFolder]:
    """A folder that is complete when the block ends well.

    Raises:
        TrainingError: another process is at work on it.
    """
    job.check_code()
    with result_folder(job.out) as folder:
        folder.clear()
        folder.write_json(SPEC, job.spec)
        folder.write_json(CODE, job.code())
        yield folder
        folder.finish()


def vectors(job: Job) -> None:
    """Learn word vectors from prepared texts.

    Raises:
        DataError: other prepared data than the vectors were planned with, or nothing to learn from.
        TrainingError: another process is at work on them.
    """
    if to_be_done(job):
        from labreport.data.arrays import load, save_array
        from labreport.loading import load_module

        method = load_module(job.spec["target"], "vectors")
        prepared = load(job.needs[0])
        check_planned(job.needs[0], "prepare", prepared.spec, job.spec["data"]["key"], "the vectors were")
        with _made(job) as folder:
            save_array(folder.part / "vectors.npy", method.train(prepared, job.spec["parameters"]))
            folder.write_json("environment.json", versions(*method.LIBRARIES))
    write_receipt(job.out)


def measure(job: Job) -> None:
    """Take a measurement on a device of its own: a folder with `measurement.csv`.

    Raises:
        TrainingError: another process is at work on it.
    """
    if to_be_done(job):
        with leased(job.title):
            _measure(job)
    write_receipt(job.out)


def _measure(job: Job) -> None:
    from labreport.loading import load_module
    from labreport.machine.process import choose_device, keep_freed_memory
    from labreport.running.environment import environment
    from labreport.training.numerics import set_up

    set_up(job.threads or available_cpus())
    keep_freed_memory()
    module = load_module(job.spec["target"], job.title)
    device = choose_device()
    with _made(job) as folder:
        measured_in = environment(device, "fp32")
        head, rows = module.measure(job.spec["parameters"], device)
        folder.write_table("measurement.csv", head, rows)
        folder.write_json("environment.json", measured_in | {"finished": now()})
    for row in rows:
        print(f"{job.title}  " + "  ".join(f"{name} {value}" for name, value in zip(head, row, strict=True)))


def train(job: Job) -> None:
    """Train one run on a device of its own, and where runs are small the others that are wanted, too.

    Small runs take less time than a process that starts: whoever has finished its own goes on with the next one that
    is wanted and that nobody has begun, so that its job finds it done. Each fails for itself.

    Raises:
        RunFailedError: its loss is not finite, or memory does not suffice.
        StoppedError: SIGTERM or SIGINT came; the same command goes on.
        TrainingError: another process is at work on it, or its data or vectors are not those of the plan.
    """
    before = content(job.out)
    if to_be_done(job):
        refuse_failed(job)
        with leased(job.title):
            from labreport.running.run import train_all

            train_all(job, before, wanted(job))
    write_receipt(job.out)
