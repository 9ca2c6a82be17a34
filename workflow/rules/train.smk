# One run: one experiment with one seed. One measurement: what a figure needs beside runs.
# INPUTS  results/data/DATASET/KEY/
# OUTPUTS results/runs/EXPERIMENT/KEY/, results/measurements/NAME/KEY/
TENSORBOARD = PLAN.declarations.config.tensorboard


def run_data(wildcards):
    return RUNS[wildcards.key].data.file("dataset.json")


rule train:
    input:
        ancient(run_data),
    output:
        expand("results/runs/{{experiment}}/{{key}}/{file}", file=RUN_FILES),
    benchmark:
        "results/logs/train/{experiment}.{key}.tsv"
    wildcard_constraints:
        experiment="|".join(PLAN.runs),
        key=missing(RUNS.values()),
    # Small demo runs gain nothing from a second thread; real ones take what they are given.
    threads: 1 if PLAN.declarations.scale.source == "sample" else workflow.cores or 1
    resources:
        gpu=1,
    params:
        spec=lambda wildcards: canonical(RUNS[wildcards.key].spec),
        data=lambda wildcards, input: Path(input[0]).parent,
        out=lambda wildcards, output: Path(output[0]).parent,
        events="--tensorboard results/tensorboard" if TENSORBOARD else "",
    message:
        "train {wildcards.experiment} ({wildcards.key})"
    shell:
        "{STEP}.train --spec {params.spec:q} --experiment {wildcards.experiment} --data {params.data:q}"
        " --out {params.out:q} --threads {threads} {params.events}"


rule measure:
    output:
        "results/measurements/{name}/{key}/SHA256SUMS",
    wildcard_constraints:
        key=missing(MEASUREMENTS.values()),
    # Timings next to another job would be the other job's.
    threads: workflow.cores or 1
    resources:
        gpu=1,
    params:
        spec=lambda wildcards: canonical(by_key(MEASUREMENTS.values(), wildcards.key).spec),
        out=lambda wildcards, output: Path(output[0]).parent,
    message:
        "measure {wildcards.name}"
    shell:
        "{STEP}.measure --spec {params.spec:q} --name {wildcards.name} --out {params.out:q} --threads {threads}"
