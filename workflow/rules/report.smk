# The report: one narrative to Markdown and LaTeX, LaTeX to PDF.
# INPUTS  templates/, everything above
# OUTPUTS report/NAME.md with report/NAME/LANG/*.svg, results/typeset/NAME.LANG/NAME.tex, report/NAME.pdf


def text_sources(report, lang, suffixes):
    """Everything that a report's text takes words, numbers or pictures from."""
    return specs.text_sources(PLAN, PLAN.report(report), lang, suffixes)


rule write_markdown:
    input:
        lambda wildcards: text_sources(wildcards.report, lang_of(wildcards), [".svg", ".txt"]),
    output:
        "report/{report}{suffix}.md",
    log:
        "results/logs/write/{report}{suffix}.md.log",
    params:
        spec=lambda wildcards: canonical(specs.text_spec(PLAN, PLAN.report(wildcards.report), lang_of(wildcards))),
    message:
        "write {output}"
    shell:
        "{STEP}.write --spec {params.spec:q} --format markdown --out {output:q} 2>&1 | tee {log:q}"


rule write_latex:
    input:
        lambda wildcards: text_sources(wildcards.report, wildcards.lang, [".pdf", ".txt"]),
    output:
        "results/typeset/{report}.{lang}/{report}.tex",
    log:
        "results/logs/write/{report}.{lang}.tex.log",
    params:
        spec=lambda wildcards: canonical(specs.text_spec(PLAN, PLAN.report(wildcards.report), wildcards.lang)),
    message:
        "write {output}"
    shell:
        "{STEP}.write --spec {params.spec:q} --format latex --out {output:q} 2>&1 | tee {log:q}"


rule typeset:
    input:
        lambda wildcards: f"results/typeset/{wildcards.report}.{lang_of(wildcards)}/{wildcards.report}.tex",
    output:
        "report/{report}{suffix}.pdf",
    log:
        "results/logs/typeset/{report}{suffix}.log",
    params:
        code=code_digest(["labreport.steps.typeset"]),
    message:
        "typeset {output}"
    shell:
        "{STEP}.typeset --source {input:q} --out {output:q} 2>&1 | tee {log:q}"


def results_of(reports):
    """An input function: everything that the sections of some reports are made from."""
    return lambda wildcards: [path for name in reports for path in text_sources(name, "en", [])]


def sections_of(reports):
    """A params function: the specs of their sections."""
    return lambda wildcards: [canonical(specs.page_spec(PLAN, PLAN.report(name))) for name in reports]


# `publish` writes every report's section, `publish_NAME` one.
for TARGET, PUBLISHED in [("publish", REPORTS), *((f"publish_{name}", [name]) for name in REPORTS)]:

    rule:
        name:
            TARGET
        input:
            results_of(PUBLISHED),
        params:
            specs=sections_of(PUBLISHED),
        message:
            "write the measured results into docs/results.md"
        shell:
            'for spec in {params.specs:q}; do {STEP}.publish --spec "$spec" --page docs/results.md; done'
