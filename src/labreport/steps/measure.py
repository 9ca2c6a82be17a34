"""Take one measurement: a folder with `measurement.csv`."""

from __future__ import annotations

from labreport.artifacts.artifact import CODE, SPEC
from labreport.machine.devices import leased
from labreport.machine.outcome import write_receipt
from labreport.running.jobs import to_be_done
from labreport.steps.step import Job


def measure(job: Job) -> None:
    """Measure on a device of its own, and complete the folder.

    Raises:
        TrainingError: another process is at work on it.
    """
    if to_be_done(job):
        with leased(job.title):
            _measure(job)
    write_receipt(job.out)


def _measure(job: Job) -> None:
    from labreport.loading import load_module
    from labreport.machine.process import available_cpus, choose_device, keep_freed_memory
    from labreport.running.environment import environment, now
    from labreport.store import ResultFolder
    from labreport.training.numerics import set_up

    set_up(job.threads or available_cpus())
    keep_freed_memory()
    module = load_module(job.spec["target"], job.title)
    job.check_code()
    device = choose_device()
    with ResultFolder(job.out) as folder:
        folder.begin()
        folder.write_json(SPEC, job.spec)
        folder.write_json(CODE, job.code())
        measured_in = environment(device, "fp32")
        head, rows = module.measure(job.spec["parameters"], device)
        folder.write_table("measurement.csv", head, rows)
        folder.write_json("environment.json", measured_in | {"finished": now()})
        folder.finish()
    for row in rows:
        print(f"{job.title}  " + "  ".join(f"{name} {value}" for name, value in zip(head, row, strict=True)))
