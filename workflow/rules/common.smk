# The graph of artifacts, and the functions that rules ask it through.
# INPUTS  config/, templates/ and the sources under src/
# OUTPUTS results/current/: files that are new where something was made from what is no longer there
import json
import os
import shlex
import sys
from pathlib import Path

HOME = Path(workflow.basedir)
sys.path.insert(0, str(HOME / "src"))

from labreport.errors import NOTES, UserError, invalid

try:
    from labreport.artifacts import code
    from labreport.artifacts.artifact import MEASURED
    from labreport.artifacts.current import Current
    from labreport.artifacts.graph import Graph
    from labreport.artifacts.history import History
    from labreport.artifacts.prose import check_text
    from labreport.declarations.project import CONFIG, Project, announcement
    from labreport.declarations.yaml_files import read_yaml
    from labreport.files import write_json
    from labreport.machine.devices import cuda_devices
    from labreport.running.jobs import TENSORBOARD, TOGETHER
except SyntaxError as error:  # such as of a registry, to which users add lines
    sys.exit(f"error: {invalid(error)}")

# A project of one's own, with config/ and templates/, may lie in the working directory; results always do.
ROOT = Path() if Path(CONFIG).is_file() else Path(os.path.relpath(HOME))


def told(get, *arguments):
    """What a function gives; a mistake of the user's ends Snakemake with one message."""
    try:
        return get(*arguments)
    except UserError as error:
        sys.exit(f"error: {error}")


told(read_yaml, ROOT / CONFIG, CONFIG)  # Snakemake's own message would be long


configfile: ROOT / CONFIG


code.restore(Path(code.CACHE))
PROJECT = told(Project, ROOT, config)
GRAPH = Graph(PROJECT)
HISTORY = History(GRAPH)
CURRENT = Current()
GPUS = cuda_devices()
print(announcement(PROJECT), file=sys.stderr)

# `python` on the PATH may be another one than Snakemake's; sources come from this copy of the project.
shell.prefix(
    "set -euo pipefail; step() {{{{ PYTHONPATH={}${{{{PYTHONPATH:+:$PYTHONPATH}}}} {} -m labreport.steps --project {} "
    '"$@"; }}}}; '.format(*map(shlex.quote, (str(HOME / "src"), sys.executable, str(ROOT))))
)


wildcard_constraints:
    name="[^/]+",
    key="[0-9a-f]{16}",
    file="[^/]+",


def artifact(wildcards):
    """What has the key of an output, of the reports that are asked for, else of anything that is declared."""
    found = GRAPH.of_key(wildcards.key)
    if found is None:
        GRAPH.everything()
        found = GRAPH.of_key(wildcards.key)
    if found is None:
        sys.exit(
            f"error: {wildcards.name}/{wildcards.key}: nothing that is declared has this key; see `labreport plan`"
        )
    return found


def kept(made):
    """What the key of an artifact names and is there, or is needed to make it: Snakemake makes what lacks an input."""
    named = [one for one in made.needs if one.step not in MEASURED]
    return [ancient(one.output) for one in named if one.is_there(Path()) or not CURRENT.stays(made)]


def needs(wildcards):
    """What an artifact is made from. Its key names all of it but what the runs measured."""
    made = artifact(wildcards)
    measured = [one.output for one in made.needs if one.step in MEASURED]
    code.keep(Path(code.CACHE))
    return [
        *measured,
        *told(kept, made),
        *(ancient(str(ROOT / path)) for path in made.inputs),
        *told(CURRENT.settle, made),
    ]


def job(wildcards, output):
    """The file that tells a step what to make, and what from; it follows from the key of the output.

    Snakemake keeps no record of such a parameter, and need not import pandas in order to write one down.
    """
    return written(artifact(wildcards))


def written(made):
    path = Path(f".snakemake/labreport/{made.step}-{made.key}.json")
    value = told(GRAPH.job, made)
    if not path.is_file() or json.loads(path.read_text(encoding="utf-8")) != value:
        write_json(path, value)
    return str(path)


def why(wildcards):
    """What a job makes, and why it is not there."""
    return HISTORY.said(artifact(wildcards))


def data_source(wildcards):
    """What a data set is read from: a demo sample, the user's archive or folder, or a download."""
    return told(GRAPH.source, artifact(wildcards))


def download_job(wildcards, output):
    """The job of an official archive, which its file's name tells."""
    found = [one for one in GRAPH.everything() if one.step == "download" and one.file == wildcards.file]
    return written(found[0]) if found else sys.exit(f"error: {wildcards.file}: no data set has an archive of that name")


RUNS = {}  # those that are asked for


def run_needs(wildcards):
    """The data of a run and, where it takes them, its word vectors, all of which its key names."""
    run = artifact(wildcards)
    told(CURRENT.settle, run)
    RUNS[run.key] = run
    return told(kept, run)


def run_threads(wildcards):
    """Small demo runs gain nothing from a second thread; real ones share all there are among the GPUs."""
    return 1 if PROJECT.sampled else max(1, (workflow.cores or 1) // max(1, GPUS))


def all_threads(wildcards):
    return workflow.cores or 1


def every_run(wildcards):
    """The receipts of all runs."""
    runs = told(GRAPH.all_runs)
    for run in runs:
        told(CURRENT.settle, run)
    return [run.output for run in runs]


def captions(wildcards, output):
    """Item -> what it shows and with which settings its runs were trained, for Snakemake's own report."""
    return told(GRAPH.captions, artifact(wildcards))


def delivered(wildcards):
    """The document that a fixed place is a copy of, and the file that says so."""
    target = f"report/{wildcards.stem}.{wildcards.form}"
    found = told(GRAPH.delivered, target)
    told(check_text, PROJECT, found)
    return {"document": found.output, "current": told(CURRENT.settle_target, target, found)}


def sections_of(reports):
    """An input function: the sections of some reports."""
    return lambda wildcards: [told(lambda: GRAPH.section(PROJECT.report(name)).output) for name in reports]


ERRORS = Path(f".snakemake/labreport/errors-{os.getpid()}.txt")
WANTED = Path(f".snakemake/labreport/wanted-{os.getpid()}.json")


onstart:
    # Steps note their errors here, too: on the screen each is followed by Snakemake's own long words about it.
    os.environ[NOTES] = str(ERRORS)
    if PROJECT.config.tensorboard:
        os.environ[TENSORBOARD] = "results/tensorboard"
    if PROJECT.sampled:
        os.environ[TOGETHER] = str(WANTED)
        write_json(WANTED, [written(run) for run in RUNS.values() if not run.is_there(Path())])


onsuccess:
    for path in (ERRORS, WANTED):
        path.unlink(missing_ok=True)


onerror:
    if ERRORS.is_file():
        said = ERRORS.read_text(encoding="utf-8").splitlines()
        print("", *dict.fromkeys(said), sep="\n", file=sys.stderr)  # one cause can fail many jobs
    for path in (ERRORS, WANTED):
        path.unlink(missing_ok=True)
