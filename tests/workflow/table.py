"""The table of edits: what is done again after each, exactly."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from . import edits
from .declared import Declared
from .edits import Change, arm, code, dataset, item, number
from .project import REPORTS

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


def nothing(declared: Declared) -> set[str]:
    return set()


NOTHING = [
    Edit("a comment in every module", edits.every_module(edits.commented, but=edits.PRINTED), nothing),
    Edit("another docstring everywhere", edits.every_module(edits.other_docstrings, but=edits.PRINTED), nothing),
    Edit("every module formatted anew", edits.every_module(edits.reformatted, but=edits.PRINTED), nothing),
    Edit("a comment in every file of rules", edits.rules_commented, nothing),
    Edit("YAML without comments in another form", edits.yaml_rewritten, nothing),
    Edit("a model with its file", edits.new_model, nothing),
    Edit(
        "an arm that no report shows", arm("small", "cnn3_slow", model={"name": "cnn3"}, learning_rate=0.0001), nothing
    ),
    Edit(
        "a variant that no arm uses",
        dataset("cifar10_rare", base="cifar10", title="rare", longtail={"classes": [9], "keep": 0.5, "seed": 0}),
        nothing,
    ),
    Edit("mirrors, homepage and licence", edits.mirrors_swapped, nothing),
    Edit("TensorBoard", lambda project: None, nothing, config=("tensorboard=true",)),
    Edit("an edit that was taken back", edits.taken_back, nothing),
    Edit("prepared data that are gone", edits.without_prepared_data, nothing),
]
OWN = [
    Edit(
        "one arm's learning rate",
        arm("images", "mycnn", learning_rate=0.0005),
        lambda declared: declared.trained({"mycnn"}),
        words={"train mycnn 0": "learning_rate 0.001 -> 0.0005"},
    ),
    Edit(
        "learning rate and weight decay swapped",
        edits.swapped,
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
        edits.several(
            arm("small", "cnn3_slow", model={"name": "cnn3"}, learning_rate=0.0001),
            edits.in_report("cifar10", "cnn3_slow"),
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
        edits.several(
            dataset("cifar10_rare", base="cifar10", title="rare", longtail={"classes": [9], "keep": 0.5, "seed": 0}),
            arm("longtail", "cnn4_rare", dataset="cifar10_rare", model={"name": "cnn4"}, epochs=100),
            edits.in_report("homework2", "cnn4_rare"),
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
        "a title, and prepared data that are gone",
        edits.several(
            lambda project: project.edit("config/reports/midterm.yaml", lambda value: value["title"].update(zh="实验")),
            edits.without_prepared_data,
        ),
        lambda declared: {"prepare cifar10", "prepare stsb"} | declared.texts("midterm", langs=["zh"]),
    ),
    Edit(
        "prose",
        lambda project: project.rewrite("templates/practice1/en.md.j2", lambda text: f"{text}\nA remark.\n"),
        lambda declared: declared.texts("practice1", langs=["en"]),
        words={"write/practice1.en.md": "templates/practice1/en.md.j2 changed"},
    ),
    Edit(
        "a comment in a module that is printed",
        lambda project: project.rewrite(edits.PRINTED[0], edits.commented),
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
