"""The table of edits: what is done again after each, exactly."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from .declared import Declared
from .edits import (
    Change,
    arm,
    code,
    commented,
    dataset,
    every_module,
    in_report,
    item,
    number,
    other_docstrings,
    reformatted,
    several,
)
from .project import REPORTS, Project

# Modules of which homework2 prints a piece: what is printed shows comments and line numbers.
PRINTED = ("src/labreport/models/cnn.py", "src/labreport/models/rnn.py")
NETWORKS = ("architecture", "layers")  # whose code knows the layers of all models of texts


@dataclass(frozen=True)
class Edit:
    """A row.

    Attributes:
        name: what is edited.
        change: how.
        redone: what is done again, by what the project declares after the edit.
        config: settings of the command.
        words: why, as `labreport plan` says of some job.
    """

    name: str
    change: Change
    redone: Callable[[Declared], set[str]]
    config: tuple[str, ...] = ()
    words: Mapping[str, str] = field(default_factory=dict)


TINY = '''"""A model that nobody uses."""

from __future__ import annotations

from torch import nn


class Tiny(nn.Module):
    """(batch, 3, h, w) -> (batch, classes)."""

    def __init__(self, classes: int) -> None:
        super().__init__()
        self.classes = classes
'''


def nothing(declared: Declared) -> set[str]:
    return set()


def new_model(project: Project) -> None:
    project.write("src/labreport/models/tiny.py", TINY)
    line = '    "tiny": "labreport.models.tiny:Tiny",\n'
    project.rewrite("src/labreport/models/registry.py", lambda text: text.replace("}", line + "}"))


def rules_commented(project: Project) -> None:
    for path in [project.root / "Snakefile", *sorted((project.root / "workflow").rglob("*.smk"))]:
        project.rewrite(str(path.relative_to(project.root)), lambda text: f"# A remark.\n{text}")


def yaml_rewritten(project: Project) -> None:
    for path in sorted((project.root / "config").rglob("*.yaml")):
        project.edit(str(path.relative_to(project.root)), lambda value: value)


def mirrors_swapped(project: Project) -> None:
    project.edit("config/datasets.yaml", lambda value: value["cifar10"]["mirrors"].reverse())
    project.edit(
        "config/datasets.yaml",
        lambda value: value["cifar10"].update(homepage="https://example.org/", licence="another"),
    )


def taken_back(project: Project) -> None:
    arm("images", "mycnn", learning_rate=0.0005)(project)
    code("models/resnet")(project)
    project.restore()


NOTHING = [
    Edit("a comment in every module", every_module(commented, but=PRINTED), nothing),
    Edit("another docstring everywhere", every_module(other_docstrings, but=PRINTED), nothing),
    Edit("every module formatted anew", every_module(reformatted, but=PRINTED), nothing),
    Edit("a comment in every file of rules", rules_commented, nothing),
    Edit("YAML without comments in another form", yaml_rewritten, nothing),
    Edit("a model with its file", new_model, nothing),
    Edit(
        "an arm that no report shows", arm("small", "cnn3_slow", model={"name": "cnn3"}, learning_rate=0.0001), nothing
    ),
    Edit(
        "a variant that no arm uses",
        dataset("cifar10_rare", base="cifar10", title="rare", longtail={"classes": [9], "keep": 0.5, "seed": 0}),
        nothing,
    ),
    Edit("mirrors, homepage and licence", mirrors_swapped, nothing),
    Edit("TensorBoard", lambda project: None, nothing, config=("tensorboard=true",)),
    Edit("an edit that was taken back", taken_back, nothing),
]


def swapped(project: Project) -> None:
    """The values of learning rate and weight decay, which are 0.01 and 0.0005."""
    optimizer = {"name": "SGD", "parameters": {"momentum": 0.9, "weight_decay": 0.01}}
    arm("augmented", "lenet5", learning_rate=0.0005, optimizer=optimizer)(project)


OWN = [
    Edit(
        "one arm's learning rate",
        arm("images", "mycnn", learning_rate=0.0005),
        lambda declared: declared.trained({"mycnn"}),
        words={"train mycnn 0": "learning_rate 0.001 -> 0.0005"},
    ),
    Edit(
        "learning rate and weight decay swapped",
        swapped,
        lambda declared: declared.trained({"lenet5"}),
        words={"train lenet5 0": "learning_rate 0.01 -> 0.0005, optimizer weight_decay 0.0005 -> 0.01"},
    ),
    Edit(
        "the code of a model of images",
        code("models/lenet"),
        lambda declared: declared.trained({"lenet5"}) | declared.of_models("lenet5"),
        words={"train lenet5 0": "code of labreport.models.lenet changed"},
    ),
    Edit(
        "the code of several models",
        code("models/cnn"),
        lambda declared: declared.trained(declared.where(model=["cnn3", "cnn4"])) | declared.of_models("cnn3", "cnn4"),
    ),
    Edit(
        "the code of a model that is measured, too",
        code("models/own_lstm"),
        lambda declared: (
            {"measure lstm_cost"}
            | declared.trained({"my_lstm1"})
            | declared.of_kinds("lstm_cost", "cost_ratio", *NETWORKS)
        ),
    ),
    Edit(
        "a module that only models of texts import",
        code("models/text"),
        lambda declared: (
            {"measure lstm_cost"}
            | declared.trained(declared.where(dataset=["imdb", "stsb"]))
            | declared.of_kinds("lstm_cost", "cost_ratio", *NETWORKS)
        ),
        words={"train lstm4 0": "code of labreport.models.text changed"},
    ),
    Edit(
        "the code of a task",
        code("training/similarity"),
        lambda declared: declared.trained(declared.where(dataset="stsb")),
    ),
    Edit(
        "a seed more",
        lambda project: None,
        lambda declared: declared.trained(declared.experiments, seed=1),
        config=("seeds=[0,1]",),
        words={"train resnet18 1": "new seed"},
    ),
    Edit(
        "a new arm",
        several(
            arm("small", "cnn3_slow", model={"name": "cnn3"}, learning_rate=0.0001), in_report("cifar10", "cnn3_slow")
        ),
        lambda declared: declared.trained({"cnn3_slow"}),
        words={"train cnn3_slow 0": "never run"},
    ),
    Edit(
        "a variant of a data set",
        dataset("cifar10_longtail", longtail={"classes": [0, 1, 2, 3, 4], "keep": 0.2, "seed": 0}),
        lambda declared: (
            {"prepare cifar10_longtail", "prepare cifar10_balanced"}
            | declared.trained(declared.where(dataset=["cifar10_longtail", "cifar10_balanced"]))
            | declared.of_data("cifar10_longtail", "cifar10_balanced")
        ),
    ),
    Edit(
        "a new variant and an arm on it",
        several(
            dataset("cifar10_rare", base="cifar10", title="rare", longtail={"classes": [9], "keep": 0.5, "seed": 0}),
            arm("longtail", "cnn4_rare", dataset="cifar10_rare", model={"name": "cnn4"}, epochs=100),
            in_report("homework2", "cnn4_rare"),
        ),
        lambda declared: {"prepare cifar10_rare"} | declared.trained({"cnn4_rare"}),
    ),
]
NO_TRAINING = [
    Edit(
        "a title",
        lambda project: project.edit(
            "config/reports/midterm.yaml", lambda value: value["title"].update(zh="实验", en="A report")
        ),
        lambda declared: declared.texts("midterm"),
    ),
    Edit(
        "a title in one language",
        lambda project: project.edit("config/reports/midterm.yaml", lambda value: value["title"].update(zh="实验")),
        lambda declared: declared.texts("midterm", langs=["zh"]),
    ),
    Edit(
        "prose",
        lambda project: project.rewrite("templates/practice1/en.md.j2", lambda text: f"{text}\nA remark.\n"),
        lambda declared: declared.texts("practice1", langs=["en"]),
    ),
    Edit(
        "a comment in a module that is printed",
        lambda project: project.rewrite(PRINTED[0], commented),
        lambda declared: declared.texts("homework2"),
    ),
    Edit(
        "a claim's limit",
        item("cifar10", "claims", "residual_better", at_least=6),
        lambda declared: declared.named("cifar10", "judge/residual_better"),
        words={"judge/cifar10/residual_better": "options.at_least 5 -> 6"},
    ),
    Edit("the code of a kind of claim", code("claims/gain"), lambda declared: declared.of_kinds("gain")),
    Edit(
        "a figure's width",
        item("practice1", "figures", "loss_bilstm2", width="full"),
        lambda declared: declared.named("practice1", "draw/loss_bilstm2"),
    ),
    Edit(
        "the style of figures",
        code("figures/style"),
        lambda declared: declared.up_to_reports(
            job for job in declared.items(lambda item, shown: True) if job.startswith("draw/")
        ),
    ),
    Edit("a table's columns", code("tables/epoch_log"), lambda declared: declared.of_kinds("epoch_log")),
    Edit(
        "a table's rows",
        item("homework2", "tables", "class_counts", datasets=["cifar10", "cifar10_longtail"]),
        lambda declared: declared.named("homework2", "tabulate/class_counts"),
    ),
    Edit(
        "the language",
        lambda project: None,
        lambda declared: {job for name in REPORTS for job in (f"write/{name}.md", f"typeset/{name}.pdf")},
        config=("lang=en",),
    ),
    Edit(
        "a figure that is gone",
        lambda project: project.remove("results/figures/cifar10/zh/relu.svg"),
        lambda declared: declared.up_to_reports({"draw/cifar10.zh/relu"}),
    ),
]
NUMBERS = [
    Edit(
        "a loss",
        number("myresnet34", "metrics.csv", "val_loss"),
        lambda declared: declared.named("practice1", "draw/loss_myresnet34", "tabulate/log_myresnet34", "gather"),
    ),
    Edit(
        "a correlation",
        number("sts_bilstm1", "metrics.csv", "test_pearson"),
        lambda declared: declared.named(
            "midterm",
            "tabulate/log_sts_bilstm1",
            "gather",
            *(f"judge/{name}" for name in ("both_directions", "layer_norm", "graph_step", "empty_words")),
            *(f"judge/{name}" for name in ("norm_and_pooling", "agrees_sts_bilstm1")),
        ),
    ),
    Edit(
        "an epoch's seconds",
        number("resnet18", "metrics.csv", "seconds"),
        lambda declared: declared.named("midterm", "tabulate/log_resnet18", "judge/resnet_dearer", "gather"),
    ),
    Edit(
        "a speed",
        number("resnet18", "metrics.csv", "samples_per_second"),
        lambda declared: declared.named("midterm", "gather"),
    ),
    Edit(
        "a confusion",
        number("cnn4", "confusion.csv", "count"),
        lambda declared: declared.named("homework2", "draw/confusion_cnn4"),
    ),
    Edit(
        "a prediction",
        number("sts_bilstm1", "predictions.csv", "predicted"),
        lambda declared: declared.named("midterm", "draw/scatter_plain"),
    ),
    Edit(
        "a class",
        number("cnn4", "per_class.csv", "accuracy"),
        lambda declared: declared.named(
            "homework2", "draw/groups", "tabulate/groups", "tabulate/per_class_cnn", "judge/tail_moves_cnn", "gather"
        ),
    ),
    Edit(
        "a published curve",
        lambda project: project.rewrite("config/published/lstm4.csv", lambda text: f"{text}\n"),
        lambda declared: declared.named("practice1", "draw/accuracy_texts"),
    ),
]
