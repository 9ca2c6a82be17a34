# The report: one narrative to Markdown and LaTeX, LaTeX to PDF.
# INPUTS  templates/, everything above
# OUTPUTS report/NAME.md with report/NAME[.LANG]/*.svg, results/typeset/NAME.LANG/NAME.tex, report/NAME.pdf


def text_sources(report, lang, form):
    """Everything that a report's text takes words, numbers or pictures from."""
    return specs.text_sources(PLAN, PLAN.report(report), lang, form)


def markdown(wildcards):
    return products().markdown(wildcards.report, wildcards.suffix, lang_of(wildcards))


def latex(wildcards):
    return products().latex(wildcards.report, wildcards.lang)


def pdf(wildcards):
    return products().pdf(wildcards.report, wildcards.suffix, lang_of(wildcards))


rule write_markdown:
    input:
        sources(markdown, lambda wildcards: text_sources(wildcards.report, lang_of(wildcards), "markdown")),
    output:
        update("report/{report}{suffix}.md"),  # when the job fails, the report that was there is put back
    log:
        "results/logs/write/{report}{suffix}.md.log",
    params:
        spec=spec_of(markdown),
        record=record_of(markdown),
    message:
        "write {output}"
    shell:
        "{STEP}.write --spec {params.spec:q} --format markdown --record {params.record:q} --out {output:q}"
        " 2>&1 | tee {log:q}"


rule write_latex:
    input:
        sources(latex, lambda wildcards: text_sources(wildcards.report, wildcards.lang, "latex")),
    output:
        "results/typeset/{report}.{lang}/{report}.tex",
    log:
        "results/logs/write/{report}.{lang}.tex.log",
    params:
        spec=spec_of(latex),
        record=record_of(latex),
    message:
        "write {output}"
    shell:
        "{STEP}.write --spec {params.spec:q} --format latex --record {params.record:q} --out {output:q}"
        " 2>&1 | tee {log:q}"


rule typeset:
    input:
        sources(pdf, lambda wildcards: [specs.latex_file(wildcards.report, lang_of(wildcards))]),
    output:
        update("report/{report}{suffix}.pdf"),
    log:
        "results/logs/typeset/{report}{suffix}.log",
    params:
        spec=spec_of(pdf),
        record=record_of(pdf),
    message:
        "typeset {output}"
    shell:
        "{STEP}.typeset --spec {params.spec:q} --source {input:q} --record {params.record:q} --out {output:q}"
        " 2>&1 | tee {log:q}"


def results_of(reports):
    """An input function: everything that the sections of some reports are made from."""
    return lambda wildcards: [path for name in reports for path in text_sources(name, "en", "markdown")]


def sections_of(reports):
    """A params function: the specs of their sections."""
    return lambda wildcards: [argument(specs.page_spec(PLAN, PLAN.report(name)), SPECS) for name in reports]


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
            'for spec in {params.specs:q}; do {STEP}.publish --spec "$spec" --page docs/results.md --records results/records/publish; done'
