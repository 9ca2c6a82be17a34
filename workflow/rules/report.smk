# The report: one narrative to Markdown and LaTeX, LaTeX to PDF, and copies of them where users open them.
# INPUTS  templates/, everything above
# OUTPUTS results/texts/NAME/KEY/, results/documents/NAME/KEY/, results/archives/NAME/KEY/,
#         report/NAME.pdf, .html, .docx and .zip, report/NAME.md with report/NAME/*.svg


rule write:
    input:
        needs,
    output:
        "results/texts/{name}/{key}/{file}",
    log:
        "results/logs/write/{name}.{key}.{file}.log",
    conda:
        "../../environment.yml"
    resources:
        why=why,
    params:
        job=job,
    message:
        "write {resources.why}"
    shell:
        "step write {params.job:q} --log {log:q}"


rule typeset:
    input:
        needs,
    output:
        "results/documents/{name}/{key}/{file}",
    log:
        "results/logs/typeset/{name}.{key}.{file}.log",
    conda:
        "../../environment.yml"
    resources:
        why=why,
    params:
        job=job,
    message:
        "typeset {resources.why}"
    shell:
        "step typeset {params.job:q} --log {log:q}"


rule pack:
    input:
        needs,
    output:
        "results/archives/{name}/{key}/{file}",
    log:
        "results/logs/pack/{name}.{key}.{file}.log",
    conda:
        "../../environment.yml"
    resources:
        why=why,
    params:
        job=job,
    message:
        "pack {resources.why}"
    shell:
        "step pack {params.job:q} --log {log:q}"


rule deliver:
    input:
        unpack(delivered),
    output:
        "report/{stem}.{form}",
    log:
        "results/logs/deliver/{stem}.{form}.log",
    wildcard_constraints:
        stem="[^/]+?",
        form="[^/.]+",
    conda:
        "../../environment.yml"
    message:
        "deliver {output}"
    shell:
        "step deliver {input.document:q} {output:q} --log {log:q}"


rule section:
    input:
        needs,
    output:
        "results/sections/{name}/{key}/section.md",
    log:
        "results/logs/section/{name}.{key}.log",
    conda:
        "../../environment.yml"
    resources:
        why=why,
    params:
        job=job,
    message:
        "section {resources.why}"
    shell:
        "step section {params.job:q} --log {log:q}"


# `publish` writes every report's section into the page of measured results, `publish_NAME` one.
for TARGET, PUBLISHED in [
    ("publish", PROJECT.report_names),
    *((f"publish_{name}", [name]) for name in PROJECT.report_names),
]:

    rule:
        name:
            TARGET
        input:
            sections_of(PUBLISHED),
        log:
            f"results/logs/{TARGET}.log",
        localrule: True
        conda:
            "../../environment.yml"
        params:
            page=str(ROOT / "docs/results.md"),
        message:
            "write the measured results into {params.page}"
        shell:
            "step page {params.page:q} {input:q} --log {log:q}"
