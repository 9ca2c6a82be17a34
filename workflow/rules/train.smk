# One run: one experiment with one seed. One measurement: what a figure needs beside runs.
# INPUTS  results/data/NAME/KEY/, results/vectors/NAME/KEY/
# OUTPUTS results/runs/NAME/KEY.done, results/measurements/NAME/KEY.done
#         and the folders of these names without .done, undeclared, so that nothing but their own step removes them


rule train:
    input:
        run_needs,
    output:
        update("results/runs/{name}/{key}.done"),
    log:
        "results/logs/train/{name}.{key}.log",
    conda:
        "../../environment.yml"
    threads: run_threads
    resources:
        gpu=1,
        why=why,
    params:
        job=job,
    message:
        "train {resources.why}"
    shell:
        "step train {params.job:q} --threads {threads} --log {log:q}"


rule measure:
    output:
        update("results/measurements/{name}/{key}.done"),
    log:
        "results/logs/measure/{name}.{key}.log",
    conda:
        "../../environment.yml"
    # Timings next to another job would be the other job's.
    threads: all_threads
    resources:
        gpu=1,
        why=why,
    params:
        job=job,
    message:
        "measure {resources.why}"
    shell:
        "step measure {params.job:q} --threads {threads} --log {log:q}"
