# One run: one experiment with one seed. One measurement: what a figure needs beside runs.
# INPUTS  results/data/DATASET/KEY/, results/vectors/DATASET/KEY/
# OUTPUTS results/runs/EXPERIMENT/KEY/, results/measurements/NAME/KEY/
# Jobs on a GPU take turns (profiles/default allows one); on the CPU they share what --cores gives.
GPU = 1 if cuda_devices() else 0
TENSORBOARD = PLAN.declarations.config.tensorboard


def run_inputs(wildcards):
    """The last file of what a run reads: its data and, where it takes them, its word vectors."""
    run = RUNS[wildcards.run]
    return [kept.file(kept.last) for kept in (run.data, run.vectors) if kept]


def run_vectors(wildcards):
    vectors = RUNS[wildcards.run].vectors
    return f"--vectors {vectors.folder}" if vectors else ""


rule train:
    input:
        ancient(run_inputs),
    output:
        expand("results/runs/{{run}}/{file}", file=RUN_FILES),
    benchmark:
        "results/logs/train/{run}.tsv"
    wildcard_constraints:
        run=missing(RUNS),
    # Small demo runs gain nothing from a second thread; real ones take what they are given.
    threads: 1 if PLAN.declarations.scale.source == "sample" else workflow.cores or 1
    resources:
        gpu=GPU,
    params:
        spec=lambda wildcards: canonical(RUNS[wildcards.run].spec),
        experiment=lambda wildcards: RUNS[wildcards.run].name,
        data=lambda wildcards, input: Path(input[0]).parent,
        vectors=run_vectors,
        out=lambda wildcards, output: Path(output[0]).parent,
        seed=lambda wildcards: RUNS[wildcards.run].seed,
        events="--tensorboard results/tensorboard" if TENSORBOARD else "",
    message:
        "train {params.experiment}, seed {params.seed} ({wildcards.run})"
    shell:
        "{STEP}.train --spec {params.spec:q} --experiment {params.experiment} --data {params.data:q}"
        " {params.vectors} --out {params.out:q} --threads {threads} {params.events}"


rule measure:
    output:
        "results/measurements/{measurement}/SHA256SUMS",
    wildcard_constraints:
        measurement=missing(MEASUREMENTS),
    # Timings next to another job would be the other job's.
    threads: workflow.cores or 1
    resources:
        gpu=GPU,
    params:
        spec=lambda wildcards: canonical(MEASUREMENTS[wildcards.measurement].spec),
        name=lambda wildcards: MEASUREMENTS[wildcards.measurement].name,
        out=lambda wildcards, output: Path(output[0]).parent,
    message:
        "measure {params.name}"
    shell:
        "{STEP}.measure --spec {params.spec:q} --name {params.name} --out {params.out:q} --threads {threads}"
