# From a download or a demo sample to arrays, and from a training split to word vectors.
# INPUTS  `raw` of config/config.yaml, or the mirrors of config/datasets.yaml, or a generator
# OUTPUTS results/data/raw/FILE, results/data/samples/KEY/FILE, results/data/DATASET/KEY/, results/vectors/DATASET/KEY/
ARCHIVES = {archived.archive.file: archived for archived in PLAN.archived.values()}


def prepare_source(wildcards):
    """What a data set is read from: a demo sample, the user's archive or folder, or a download."""
    name = PREPARED[wildcards.data].name
    dataset = PLAN.declarations.datasets[name]
    if PLAN.declarations.scale.source == "sample":
        return PLAN.samples[dataset.root].file(dataset.archived.archive.file)
    return PLAN.raw_source(name) or f"results/data/raw/{dataset.archived.archive.file}"


def vectors_data(wildcards):
    """The prepared data that word vectors are trained on."""
    data = VECTORS[wildcards.vectors].spec["data"]
    return PREPARED[f"{data['dataset']}/{data['key']}"].file("dataset.json")


rule download:
    output:
        protected("results/data/raw/{file}"),
    wildcard_constraints:
        # An archive that is there has no rule: a new mirror must neither fetch it again nor delete it.
        file="|".join(re.escape(file) for file in ARCHIVES if not (ROOT / "results/data/raw" / file).exists()) or NONE,
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
        dataset=lambda wildcards: SAMPLES[wildcards.key].name,
        spec=lambda wildcards: canonical(SAMPLES[wildcards.key].spec),
    message:
        "generate the demo sample {wildcards.file}"
    shell:
        "{STEP}.sample --dataset {params.dataset} --spec {params.spec:q} --out {output[0]:q}"


rule prepare:
    input:
        ancient(prepare_source),
    output:
        "results/data/{data}/dataset.json",
    log:
        "results/logs/prepare/{data}.log",
    wildcard_constraints:
        data=missing(PREPARED),
    params:
        spec=lambda wildcards: canonical(PREPARED[wildcards.data].spec),
        out=lambda wildcards, output: Path(output[0]).parent,
    message:
        "prepare {wildcards.data}"
    shell:
        "{STEP}.prepare --spec {params.spec:q} --source {input:q} --out {params.out:q} 2>&1 | tee {log:q}"


rule vectors:
    input:
        ancient(vectors_data),
    output:
        "results/vectors/{vectors}/SHA256SUMS",
    log:
        "results/logs/vectors/{vectors}.log",
    wildcard_constraints:
        vectors=missing(VECTORS),
    params:
        spec=lambda wildcards: canonical(VECTORS[wildcards.vectors].spec),
        data=lambda wildcards, input: Path(input[0]).parent,
        out=lambda wildcards, output: Path(output[0]).parent,
    message:
        "train word vectors ({wildcards.vectors})"
    shell:
        "{STEP}.vectors --spec {params.spec:q} --data {params.data:q} --out {params.out:q} 2>&1 | tee {log:q}"
