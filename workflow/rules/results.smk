# Figures, tables and claims of a report: each job makes those that are missing.
# INPUTS  results/runs/, results/measurements/, results/data/, config/published/
# OUTPUTS results/figures/REPORT.LANG/KEY/, results/tables/REPORT.LANG/KEY/, results/claims/REPORT/KEY/


rule draw:
    input:
        needs,
    output:
        update(
            report(
                directory("results/figures/{name}/{key}"),
                patterns=["{item}.svg"],
                caption="../report/figure.rst",
                category="{name}",
                subcategory="Figures",
                labels={"figure": "{item}"},
            )
        ),
    log:
        "results/logs/draw/{name}.{key}.log",
    conda:
        "../../environment.yml"
    resources:
        why=why,
    params:
        job=job,
        captions=captions,
    message:
        "draw {resources.why}"
    shell:
        "step draw {params.job:q} --log {log:q}"


rule tabulate:
    input:
        needs,
    output:
        update(
            report(
                directory("results/tables/{name}/{key}"),
                patterns=["{item}.csv"],
                caption="../report/table.rst",
                category="{name}",
                subcategory="Tables",
                labels={"table": "{item}"},
            )
        ),
    log:
        "results/logs/tabulate/{name}.{key}.log",
    conda:
        "../../environment.yml"
    resources:
        why=why,
    params:
        job=job,
        captions=captions,
    message:
        "tabulate {resources.why}"
    shell:
        "step tabulate {params.job:q} --log {log:q}"


rule judge:
    input:
        needs,
    output:
        update(directory("results/claims/{name}/{key}")),
    log:
        "results/logs/judge/{name}.{key}.log",
    conda:
        "../../environment.yml"
    resources:
        why=why,
    params:
        job=job,
    message:
        "judge {resources.why}"
    shell:
        "step judge {params.job:q} --log {log:q}"
