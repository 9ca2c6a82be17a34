# The map: declarations -> data -> runs -> figures, tables, claims -> report.
#
#   snakemake --cores 1 report/practice1.pdf                      one report (also .md, .en.pdf, .zh.md ...)
#   snakemake --cores 1 all                                       every report, PDF and Markdown
#   snakemake --cores 2 report/practice1.pdf --config scale=lite raw=../raw


include: "workflow/rules/common.smk"
include: "workflow/rules/data.smk"
include: "workflow/rules/train.smk"
include: "workflow/rules/figures.smk"
include: "workflow/rules/tables.smk"
include: "workflow/rules/report.smk"
include: "workflow/rules/messages.smk"


rule all:
    default_target: True
    input:
        expand("report/{report}.{format}", report=REPORTS, format=["pdf", "md"]),


rule train_all:
    input:
        [PLAN.run_file(run) for runs in PLAN.runs.values() for run in runs],
