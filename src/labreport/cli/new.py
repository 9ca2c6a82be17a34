"""`labreport new`: a small report that builds, its lines explained."""

import argparse
import re
from pathlib import Path

from labreport.artifacts.graph import Graph
from labreport.declarations.reports import template
from labreport.errors import DeclarationError
from labreport.files import write_text

NAME = re.compile(r"[a-z][a-z0-9_]*")
EXPERIMENT = """\
# What does this file ask? (settings: docs/adding.md)
part: "{name}"               # what scales and tables call these experiments together
dataset: cifar10             # one of config/datasets.yaml
task: classification
shared:                      # of every arm below
  epochs: 14
  batch_size: 20
  learning_rate: 0.01
  optimizer: {{name: SGD, parameters: {{momentum: 0.9}}}}
  loss: {{name: cross_entropy}}
  normalize: {{mean: [0.4914, 0.4822, 0.4465], std: [0.2470, 0.2435, 0.2616]}}
arms:                        # a training each; what an arm states wins over `shared`
  {name}_lenet5:
    model: {{name: lenet5}}
"""
REPORT = """\
title: "{title}"
authors: [A. Author]
experiments: [{name}_lenet5]
figures:                     # kinds and their options: docs/reference/kinds.md
  curve: {{kind: curves, experiments: [{name}_lenet5], metric: accuracy}}
tables:
  results: {{kind: results, part: "{name}"}}
"""
TEXTS = {
    "en": """\
# Result {{#sec:result}}

LeNet-5 ends at {{{{ {name}_lenet5.val_accuracy }}}} validation accuracy (@fig:curve, @tab:results).

![Accuracy per epoch.](figure:curve)

![After the last epoch.](table:results)
""",
    "zh": """\
# 结果 {{#sec:result}}

LeNet-5 的验证准确率最终为 {{{{ {name}_lenet5.val_accuracy }}}}（见@fig:curve和@tab:results）。

![每一轮的准确率。](figure:curve)

![最后一轮之后的结果。](table:results)
""",
}


def new(graph: Graph, options: argparse.Namespace) -> int:
    """Write the files of a report and say what to do next.

    Raises:
        DeclarationError: the name is none, or one of the files is there already.
    """
    name = options.name
    if not NAME.fullmatch(name):
        raise DeclarationError(f"new: found {name!r}; a report's name is lower-case letters, digits and underscores")
    title = name.replace("_", " ").capitalize()
    files = {
        f"config/experiments/{name}.yaml": EXPERIMENT,
        f"config/reports/{name}.yaml": REPORT,
        **{template(name, lang): TEXTS[lang] for lang in options.lang},
    }
    if there := [path for path in files if (graph.root / path).exists()]:
        raise DeclarationError(f"new: {there[0]} is there already; choose another name or remove it")
    for path, text in files.items():
        (graph.root / path).parent.mkdir(parents=True, exist_ok=True)
        write_text(graph.root / path, text.format(name=name, title=title))
        print(Path(path))
    made = f".venv/bin/snakemake --cores 1 report/{name}.{options.lang[0]}.pdf"
    print(f"next: .venv/bin/labreport check {name}; {made}; docs/writing.md")
    return 0
