# Figures, drawn from run CSVs; each with the CSV it was drawn from and its alt text.
# INPUTS  results/runs/*/KEY/, results/measurements/*/KEY/, results/data/*/KEY/, config/published/
# OUTPUTS results/figures/REPORT/LANG/NAME.{pdf,svg,png,csv,txt}


def figure(wildcards):
    return products().figure(wildcards.report, wildcards.name, wildcards.lang)


rule draw:
    input:
        sources(figure, item_sources("figures")),
    output:
        multiext("results/figures/{report}/{lang}/{name}", ".pdf", ".svg", ".png", ".csv", ".txt"),
    log:
        "results/logs/draw/{report}.{lang}.{name}.log",
    params:
        spec=spec_of(figure),
        record=record_of(figure),
        prefix=lambda wildcards, output: output[0].removesuffix(".pdf"),
    message:
        "draw {wildcards.name} ({wildcards.lang})"
    shell:
        "{STEP}.draw --spec {params.spec:q} --record {params.record:q} --out {params.prefix:q} 2>&1 | tee {log:q}"
