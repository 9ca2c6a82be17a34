# What is said before jobs begin and after they ended.
# INPUTS  none
# OUTPUTS none; .snakemake/labreport-errors-PROCESS.txt while Snakemake runs
from labreport.commands.words import summary
from labreport.errors import NOTES
from labreport.jobs.outcome import read_outcome

ERRORS = ROOT / f".snakemake/labreport-errors-{os.getpid()}.txt"
OUTCOMES = {}
if workflow.is_main_process:
    # Steps note their errors here, too: on the screen each is followed by Snakemake's own long words about it.
    os.environ[NOTES] = str(ERRORS)
    OUTCOMES = {address: read_outcome(ROOT / run.outcome) for address, run in RUNS.items() if not run.is_there(ROOT)}


def failed_now():
    """The runs that failed since Snakemake was started and were done without, and why."""
    return [
        f"{RUNS[address].name} seed {RUNS[address].seed}: {message}"
        for address, before in OUTCOMES.items()
        if (message := PLAN.failed(RUNS[address])) and read_outcome(ROOT / RUNS[address].outcome) != before
    ]


onstart:
    settings = workflow.dag_settings
    if not (settings.until or settings.omit_from):  # of which the plan of the targets knows nothing
        try:
            print(*summary(PLAN, products(), settings.targets or ["all"]), sep="\n", file=sys.stderr)
        except UserError as error:
            print(f"no plan in words: {error}", file=sys.stderr)


onsuccess:
    ERRORS.unlink(missing_ok=True)
    if failed := failed_now():
        print("error: all is made but for what failed:", *failed, sep="\n  ", file=sys.stderr)
        print(
            "Without --keep-going, or with its results/outcomes/ file deleted, each is tried again.",
            file=sys.stderr,
        )
        sys.exit(1)


onerror:
    if ERRORS.is_file():
        said = ERRORS.read_text(encoding="utf-8").splitlines()
        print("", *dict.fromkeys(said), sep="\n", file=sys.stderr)  # one cause can fail many jobs
        ERRORS.unlink()
