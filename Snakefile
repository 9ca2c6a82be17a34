# The map: declarations -> data -> runs -> figures, tables, claims -> report.
#
#   snakemake --cores 1 report/practice1.pdf                      one report (also .md, .html, .docx, .zip, .en.pdf ...)
#   snakemake --cores 1 all                                       every report, PDF and Markdown
#   snakemake --cores 2 report/practice1.pdf --config scale=lite raw=../raw
#
# What is made lies in a folder that its key names, so that what an edit makes stale is simply missing.


include: "workflow/rules/common.smk"
include: "workflow/rules/data.smk"
include: "workflow/rules/train.smk"
include: "workflow/rules/results.smk"
include: "workflow/rules/report.smk"


# On a cluster these run where Snakemake does.
localrules:
    all,
    train_all,
    download,
    sample,
    draw,
    tabulate,
    judge,
    write,
    typeset,
    pack,
    deliver,
    section,
    publish,


rule all:
    default_target: True
    input:
        expand("report/{report}.{form}", report=PROJECT.report_names, form=["pdf", "md"]),


rule train_all:
    input:
        every_run,
