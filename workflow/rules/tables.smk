# Tables, claims, and the frames of all runs of a report.
# INPUTS  results/runs/*/KEY/, results/measurements/*/KEY/, results/data/*/KEY/
# OUTPUTS results/tables/REPORT/LANG/NAME.{csv,json}, results/claims/REPORT/NAME.json, results/reports/REPORT/*.csv


rule tabulate:
    input:
        item_sources("tables"),
    output:
        multiext("results/tables/{report}/{lang}/{name}", ".csv", ".json"),
    log:
        "results/logs/tabulate/{report}.{lang}.{name}.log",
    params:
        spec=item_spec("tables", "tabulate"),
        prefix=lambda wildcards, output: output[0].removesuffix(".csv"),
    message:
        "tabulate {wildcards.name} ({wildcards.lang})"
    shell:
        "{STEP}.tabulate --spec {params.spec:q} --out {params.prefix:q} 2>&1 | tee {log:q}"


rule judge:
    input:
        item_sources("claims"),
    output:
        "results/claims/{report}/{name}.json",
    log:
        "results/logs/judge/{report}.{name}.log",
    params:
        spec=item_spec("claims", "judge"),
    message:
        "judge the claim {wildcards.name}"
    shell:
        "{STEP}.judge --spec {params.spec:q} --out {output:q} 2>&1 | tee {log:q}"


rule gather:
    input:
        lambda wildcards: specs.run_sources(PLAN, PLAN.report(wildcards.report).experiments),
    output:
        expand("results/reports/{{report}}/{frame}.csv", frame=["metrics", "runs", "per_class"]),
    log:
        "results/logs/gather/{report}.log",
    params:
        spec=lambda wildcards: canonical(specs.gather_spec(PLAN, PLAN.report(wildcards.report))),
        out=lambda wildcards, output: Path(output[0]).parent,
    message:
        "gather all runs of {wildcards.report}"
    shell:
        "{STEP}.gather --spec {params.spec:q} --out {params.out:q} 2>&1 | tee {log:q}"
