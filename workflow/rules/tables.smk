# Tables, claims, and the frames of all runs of a report.
# INPUTS  results/runs/*/KEY/, results/measurements/*/KEY/, results/data/*/KEY/
# OUTPUTS results/tables/REPORT/LANG/NAME.{csv,json}, results/claims/REPORT/NAME.json, results/reports/REPORT/*.csv


def table(wildcards):
    return products().table(wildcards.report, wildcards.name, wildcards.lang)


def claim(wildcards):
    return products().claim(wildcards.report, wildcards.name)


def frames(wildcards):
    return products().frames(wildcards.report)


rule tabulate:
    input:
        sources(table, item_sources("tables")),
    output:
        multiext("results/tables/{report}/{lang}/{name}", ".csv", ".json"),
    log:
        "results/logs/tabulate/{report}.{lang}.{name}.log",
    params:
        spec=spec_of(table),
        record=record_of(table),
        prefix=lambda wildcards, output: output[0].removesuffix(".csv"),
    message:
        "tabulate {wildcards.name} ({wildcards.lang})"
    shell:
        "{STEP}.tabulate --spec {params.spec:q} --record {params.record:q} --out {params.prefix:q} 2>&1 | tee {log:q}"


rule judge:
    input:
        sources(claim, item_sources("claims")),
    output:
        "results/claims/{report}/{name}.json",
    log:
        "results/logs/judge/{report}.{name}.log",
    params:
        spec=spec_of(claim),
        record=record_of(claim),
    message:
        "judge the claim {wildcards.name}"
    shell:
        "{STEP}.judge --spec {params.spec:q} --record {params.record:q} --out {output:q} 2>&1 | tee {log:q}"


rule gather:
    input:
        sources(frames, lambda wildcards: specs.run_sources(PLAN, PLAN.report(wildcards.report).experiments)),
    output:
        expand("results/reports/{{report}}/{frame}.csv", frame=["metrics", "runs", "per_class"]),
    log:
        "results/logs/gather/{report}.log",
    params:
        spec=spec_of(frames),
        record=record_of(frames),
        out=lambda wildcards, output: Path(output[0]).parent,
    message:
        "gather all runs of {wildcards.report}"
    shell:
        "{STEP}.gather --spec {params.spec:q} --record {params.record:q} --out {params.out:q} 2>&1 | tee {log:q}"
