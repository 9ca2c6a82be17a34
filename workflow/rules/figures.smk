# Figures, drawn from run CSVs; each with the CSV it was drawn from and its alt text.
# INPUTS  results/runs/*/KEY/, results/measurements/*/KEY/, results/data/*/KEY/, config/published/
# OUTPUTS results/figures/REPORT/LANG/NAME.{pdf,svg,png,csv,txt}


rule draw:
    input:
        item_sources("figures"),
    output:
        multiext("results/figures/{report}/{lang}/{name}", ".pdf", ".svg", ".png", ".csv", ".txt"),
    log:
        "results/logs/draw/{report}.{lang}.{name}.log",
    params:
        spec=item_spec("figures", "draw"),
        prefix=lambda wildcards, output: output[0].removesuffix(".pdf"),
    message:
        "draw {wildcards.name} ({wildcards.lang})"
    shell:
        "{STEP}.draw --spec {params.spec:q} --out {params.prefix:q} 2>&1 | tee {log:q}"
