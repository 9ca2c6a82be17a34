# What is said before jobs begin and after they ended.
# INPUTS  none
# OUTPUTS none; .snakemake/labreport-errors.txt while Snakemake runs
import time

from labreport.commands.words import summary
from labreport.errors import NOTES

STARTED = time.time()
ERRORS = ROOT / ".snakemake/labreport-errors.txt"
if workflow.is_main_process:
    # Steps note their errors here, too: on the screen each is followed by Snakemake's own long words about it.
    ERRORS.unlink(missing_ok=True)
    os.environ[NOTES] = str(ERRORS)


def failed_now():
    """The runs that failed since Snakemake was started and were done without, and why."""
    found = []
    for run in RUNS.values():
        outcome = ROOT / run.outcome
        if (message := PLAN.failed(run)) and outcome.stat().st_mtime >= STARTED:
            found.append(f"{run.name} seed {run.seed}: {message}")
    return found


onstart:
    print(*summary(PLAN, products(), workflow.dag_settings.targets or ["all"]), sep="\n", file=sys.stderr)


onsuccess:
    if failed := failed_now():
        print("error: all is made but for what failed:", *failed, sep="\n  ", file=sys.stderr)
        sys.exit(1)


onerror:
    if ERRORS.is_file():
        print(f"\n{ERRORS.read_text(encoding='utf-8')}", end="", file=sys.stderr)
