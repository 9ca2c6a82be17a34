# One run: one experiment with one seed. One measurement: what a figure needs beside runs.
# INPUTS  results/data/DATASET/KEY/, results/vectors/DATASET/KEY/
# OUTPUTS results/outcomes/EXPERIMENT/KEY.json, results/measurements/NAME/KEY/
#         and results/runs/EXPERIMENT/KEY/, undeclared, so that nothing but its own step ever removes it
# As many jobs at once as there are GPUs, each with one of its own; on the CPU they share what --cores gives.
GPUS = cuda_devices()
# With --jobs they run on a cluster, whose scheduler counts the devices of its machines.
AT_ONCE = gpus() if workflow.nodes is None else None
if AT_ONCE and "gpu" not in workflow.global_resources:
    workflow.register_resource("gpu", AT_ONCE)
TENSORBOARD = PLAN.declarations.config.tensorboard


def run_inputs(wildcards):
    """The last file of what a run reads: its data and, where it takes them, its word vectors."""
    run = RUNS[wildcards.run]
    products()  # which knows whether runs that failed are done without
    if not PLAN.is_settled(run):
        again(run.outcome)
    return [kept.file(kept.last) for kept in (run.data, run.vectors) if kept]


def run_vectors(wildcards):
    vectors = RUNS[wildcards.run].vectors
    return f"--vectors {vectors.folder}" if vectors else ""


def run_threads(wildcards):
    """Small demo runs gain nothing from a second thread; real ones share all there are among the GPUs."""
    return 1 if PLAN.declarations.scale.source == "sample" else max(1, workflow.cores // (AT_ONCE or 1))


rule train:
    input:
        ancient(run_inputs),
    output:
        "results/outcomes/{run}.json",
    benchmark:
        "results/logs/train/{run}.tsv"
    wildcard_constraints:
        run=missing(RUNS),
    threads: run_threads
    resources:
        gpu=1,
    params:
        spec=lambda wildcards: canonical(RUNS[wildcards.run].spec),
        experiment=lambda wildcards: RUNS[wildcards.run].name,
        data=lambda wildcards, input: Path(input[0]).parent,
        vectors=run_vectors,
        out=lambda wildcards: RUNS[wildcards.run].folder,
        keep_going=lambda wildcards: "--keep-going" if keep_going() else "",
        seed=lambda wildcards: RUNS[wildcards.run].seed,
        events="--tensorboard results/tensorboard" if TENSORBOARD else "",
    message:
        "train {params.experiment}, seed {params.seed} ({wildcards.run})"
    shell:
        "{STEP}.attempt --outcome {output:q} --out {params.out:q} --gpus {GPUS} {params.keep_going} --"
        " {PYTHON} -m labreport.steps.train --spec {params.spec:q} --experiment {params.experiment} --data {params.data:q}"
        " {params.vectors} --out {params.out:q} --threads {threads} {params.events}"


rule measure:
    output:
        "results/measurements/{measurement}/SHA256SUMS",
    wildcard_constraints:
        measurement=missing(MEASUREMENTS),
    # Timings next to another job would be the other job's.
    threads: lambda wildcards: workflow.cores
    resources:
        gpu=1,
    params:
        spec=lambda wildcards: canonical(MEASUREMENTS[wildcards.measurement].spec),
        name=lambda wildcards: MEASUREMENTS[wildcards.measurement].name,
        out=lambda wildcards, output: Path(output[0]).parent,
    message:
        "measure {params.name}"
    shell:
        "{STEP}.attempt --out {params.out:q} --gpus {GPUS} --"
        " {PYTHON} -m labreport.steps.measure --spec {params.spec:q} --name {params.name} --out {params.out:q}"
        " --threads {threads}"
