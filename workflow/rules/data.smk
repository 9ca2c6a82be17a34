# From a download or a demo sample to arrays.
# INPUTS  `raw` of config/config.yaml, or the mirrors of config/datasets.yaml, or a generator
# OUTPUTS results/data/raw/FILE, results/data/samples/KEY/FILE, results/data/DATASET/KEY/
ARCHIVES = {dataset.archive.file: dataset for dataset in PLAN.declarations.datasets.values()}


def prepare_source(wildcards):
    """What a data set is read from: a demo sample, the user's archive or folder, or a download."""
    dataset = PLAN.declarations.datasets[wildcards.dataset]
    if PLAN.declarations.scale.source == "sample":
        return PLAN.samples[wildcards.dataset].file(dataset.archive.file)
    return PLAN.raw_source(wildcards.dataset) or f"results/data/raw/{dataset.archive.file}"


rule download:
    output:
        protected("results/data/raw/{file}"),
    wildcard_constraints:
        file="|".join(map(re.escape, ARCHIVES)),
    params:
        mirrors=lambda wildcards: [f"--url={url}" for url in ARCHIVES[wildcards.file].mirrors],
        digest=lambda wildcards: ARCHIVES[wildcards.file].archive.digest,
    message:
        "download {wildcards.file}"
    shell:
        "{STEP}.download {params.mirrors:q} --digest {params.digest} --out {output:q}"


rule sample:
    output:
        "results/data/samples/{key}/{file}",
        "results/data/samples/{key}/{file}.sha256",
    wildcard_constraints:
        key="[0-9a-f]{16}",
        file="|".join(map(re.escape, ARCHIVES)),
    params:
        dataset=lambda wildcards: by_key(PLAN.samples.values(), wildcards.key).name,
        spec=lambda wildcards: canonical(by_key(PLAN.samples.values(), wildcards.key).spec),
    message:
        "generate the demo sample {wildcards.file}"
    shell:
        "{STEP}.sample --dataset {params.dataset} --spec {params.spec:q} --out {output[0]:q}"


rule prepare:
    input:
        ancient(prepare_source),
    output:
        "results/data/{dataset}/{key}/dataset.json",
    log:
        "results/logs/prepare/{dataset}.{key}.log",
    wildcard_constraints:
        dataset="|".join(PLAN.declarations.datasets),
        key=missing(PLAN.prepared.values()),
    params:
        spec=lambda wildcards: canonical(by_key(PLAN.prepared.values(), wildcards.key).spec),
        out=lambda wildcards, output: Path(output[0]).parent,
    message:
        "prepare {wildcards.dataset}"
    shell:
        "{STEP}.prepare --spec {params.spec:q} --source {input:q} --out {params.out:q} 2>&1 | tee {log:q}"
