# From a download or a demo sample to arrays, and from a training split to word vectors.
# INPUTS  `raw` of config/config.yaml, or the mirrors of config/datasets.yaml, or a generator
# OUTPUTS results/data/raw/FILE, results/samples/NAME/KEY/FILE, results/data/NAME/KEY/, results/vectors/NAME/KEY/


# What is there already is only looked at, whatever mirrors are named by now.
rule download:
    output:
        update("results/data/raw/{file}"),
    log:
        "results/logs/download/{file}.log",
    conda:
        "../../environment.yml"
    params:
        job=download_job,
    message:
        "download {wildcards.file}"
    shell:
        "step download {params.job:q} --log {log:q}"


rule sample:
    output:
        "results/samples/{name}/{key}/{file}",
    log:
        "results/logs/sample/{name}.{key}.{file}.log",
    conda:
        "../../environment.yml"
    resources:
        why=why,
    params:
        job=job,
    message:
        "sample {resources.why}"
    shell:
        "step sample {params.job:q} --log {log:q}"


rule prepare:
    input:
        ancient(data_source),
    output:
        "results/data/{name}/{key}/dataset.json",
    log:
        "results/logs/prepare/{name}.{key}.log",
    conda:
        "../../environment.yml"
    resources:
        why=why,
    params:
        job=job,
    message:
        "prepare {resources.why}"
    shell:
        "step prepare {params.job:q} --log {log:q}"


rule vectors:
    input:
        needs,
    output:
        update("results/vectors/{name}/{key}.done"),
    log:
        "results/logs/vectors/{name}.{key}.log",
    conda:
        "../../environment.yml"
    resources:
        why=why,
    params:
        job=job,
    message:
        "vectors {resources.why}"
    shell:
        "step vectors {params.job:q} --log {log:q}"
