"""The table of edits: what is done again after each, exactly."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from . import edits
from .declared import Declared
from .edits import Change, appended, arm, code, dataset, item, text
from .project import REPORTS


@dataclass(frozen=True)
class Edit:
    """A row.

    Attributes:
        name: what is edited.
        change: how.
        redone: what is done again, by what the project declares after the edit.
        config: settings of the command.
        words: why, as `labreport plan` says of some job, figure, table or claim.
    """

    name: str
    change: Change
    redone: Callable[[Declared], set[str]]
    config: tuple[str, ...] = ()
    words: Mapping[str, str] = field(default_factory=dict)


def nothing(declared: Declared) -> set[str]:
    return set()


# One upon the other: what is put back comes first, and what is written into every module last.
NOTHING = [
    Edit("an edit that was taken back", edits.taken_back, nothing),
    Edit("a comment in every file of rules", edits.rules_commented, nothing),
    Edit("YAML without comments in another form", edits.yaml_rewritten, nothing),
    Edit("a model in a file of models that are used", edits.new_model, nothing),
    Edit("a class that nothing uses yet", appended("models/lenet", edits.TINY), nothing),
    Edit(
        "an exception",
        appended("errors", '\n\nclass LicenceError(UserError):\n    """A licence forbids a use."""\n'),
        nothing,
    ),
    Edit("a help text", text("cli/main", "for programs", "for a program"), nothing),
    Edit("a progress bar's code", code("running/progress", "Progress.tick"), nothing),
    Edit(
        "a default written out",
        arm("images", "mycnn", optimizer={"name": "Adam", "parameters": {"betas": [0.9, 0.999], "amsgrad": False}}),
        nothing,
    ),
    Edit("what all arms share, written at an arm", arm("images", "mycnn", precision="bf16"), nothing),
    Edit("an optional setting in the schema", edits.new_setting, nothing),
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
    Edit("prepared data that are gone", edits.without_prepared_data, nothing),
    Edit("every module formatted anew", edits.every_module(edits.reformatted, but=edits.PRINTED), nothing),
    Edit("another docstring everywhere", edits.every_module(edits.other_docstrings, but=edits.PRINTED), nothing),
    Edit("a comment in every module", edits.every_module(edits.commented, but=edits.PRINTED), nothing),
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
        code("models/lenet", "LeNet5.forward"),
        lambda declared: declared.trained({"lenet5"}) | declared.of_models("lenet5"),
        words={"train lenet5 0": "code of models.lenet:LeNet5 changed"},
    ),
    Edit(
        "one of two models in a file",
        code("models/cnn", "CNN3.forward"),
        lambda declared: (
            declared.trained(declared.where(model="cnn3"))
            | declared.of_models("cnn3")
            | declared.texts("homework2")  # which prints another piece of the file, with line numbers
        ),
    ),
    Edit(
        "the code of a model that is measured, too",
        code("models/own_lstm", "LSTMLayer.step"),
        lambda declared: (
            {"measure lstm_cost"}
            | declared.trained({"my_lstm1"})
            | declared.of_measurements()
            | declared.of_kinds("architecture")
        ),
    ),
    Edit(
        "a class that all models of texts are",
        code("models/text", "TextClassifier.forward"),
        lambda declared: declared.trained(declared.where(dataset="imdb")),
        words={"train lstm4 0": "code of models.text:TextClassifier changed"},
    ),
    Edit(
        "the code of a task",
        code("training/similarity", "Similarity.loss"),
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
        lambda declared: declared.texts("midterm", langs=["zh"]),
    ),
    Edit(
        "prose",
        lambda project: project.rewrite("templates/practice1/en.md.j2", lambda text: f"{text}\nA remark.\n"),
        lambda declared: declared.texts("practice1", langs=["en"]),
        words={"write practice1.en": "templates/practice1/en.md.j2 changed"},
    ),
    Edit(
        "a comment in a module that is printed",
        lambda project: project.rewrite(edits.PRINTED[0], edits.commented),
        lambda declared: declared.texts("homework2"),
    ),
    Edit(
        "a claim's limit",
        item("cifar10", "claims", "residual_better", at_least=6),
        lambda declared: declared.named("cifar10", "judge residual_better"),
        words={
            "judge cifar10 residual_better": "at_least 5 -> 6",
            "draw cifar10.en expectations": "the verdict on its claims is made",
        },
    ),
    Edit(
        "the claims that a figure shows",
        item("midterm", "figures", "changes_sts", claims=["layer_norm", "max_pooling"]),
        lambda declared: declared.named("midterm", "draw changes_sts"),
    ),
    Edit(
        "the code of a kind of claim",
        code("claims/difference", "judge"),
        lambda declared: declared.of_kinds("difference"),
    ),
    Edit(
        "a figure's width",
        item("practice1", "figures", "accuracy_images", width="half"),
        lambda declared: declared.named("practice1", "draw accuracy_images"),
    ),
    Edit(
        "the style of figures",
        code("figures/style", "house_style"),
        lambda declared: declared.up_to_reports(
            job for job in declared.items(lambda item, shown: True) if job.startswith("draw ")
        ),
    ),
    Edit(
        "a word above columns, in one language",
        lambda project: project.replace("src/labreport/languages/zh.yaml", "  key: 键\n", "  key: 运行键\n"),
        lambda declared: declared.up_to_reports(
            job for job in declared.items(lambda item, shown: True) if job.startswith("tabulate ") and ".zh " in job
        ),
        words={"tabulate practice1.zh runs": "words of the house changed"},
    ),
    Edit("a table's columns", code("tables/epoch_log", "build"), lambda declared: declared.of_kinds("epoch_log")),
    Edit(
        "a table's rows",
        item("homework2", "tables", "class_counts", datasets=["cifar10", "cifar10_longtail"]),
        lambda declared: declared.named("homework2", "tabulate class_counts"),
    ),
    Edit(
        "a table of data that are gone: no run of these data is trained",
        edits.both(
            edits.without_prepared_data,
            item("homework2", "tables", "class_counts", datasets=["cifar10", "cifar10_longtail"]),
        ),
        lambda declared: {
            "prepare cifar10",
            "prepare cifar10_longtail",
            *declared.named("homework2", "tabulate class_counts"),
        },
    ),
    Edit(
        "one kind's way to draw",
        code("figures/scatter", "draw"),
        lambda declared: declared.of_kinds("scatter"),
        words={"draw midterm.zh scatter_best": "code of figures.scatter:draw changed"},
    ),
    Edit(
        "an arm renamed",
        edits.renamed("images", "practice1", "mycnn", "plain"),
        lambda declared: declared.made_of({"plain"}),
    ),
    Edit(
        "the language",
        lambda project: None,
        lambda declared: {
            *(f"deliver {name}.{form}" for name in REPORTS for form in ("md", "pdf")),
            *(f"write {name}.md" for name in REPORTS),
        },
        config=("lang=en",),
    ),
    Edit(
        "a figure that is gone",
        edits.without_figure("cifar10.zh", "relu"),
        lambda declared: {"draw cifar10.zh relu"} | declared.texts("cifar10", langs=["zh"]),
        words={"draw cifar10.zh relu": "a file of it is gone"},
    ),
    Edit(
        "a published curve",
        lambda project: project.rewrite("config/published/lstm4.csv", lambda text: f"{text}\n"),
        lambda declared: declared.named("practice1", "draw accuracy_texts"),
    ),
    Edit(
        "a run whose folder is gone",
        edits.without_run("mycnn"),
        lambda declared: declared.trained({"mycnn"}),
    ),
]
# Edits of which each has other things done again than the others beside it: one command for all of them.
TOGETHER = [
    ("a seed more",),
    ("the code of a model that is measured, too",),
    ("the code of a kind of claim",),
    ("the style of figures",),
    ("a table's columns",),
    ("the language",),
    ("a title in one language",),
    ("a word above columns, in one language", "prose"),
    ("the code of a task", "a figure's width", "a new arm", "a table's rows"),
    ("a variant of a data set", "one arm's learning rate", "the claims that a figure shows", "a figure that is gone"),
    (
        "a class that all models of texts are",
        "one kind's way to draw",
        "a claim's limit",
        "a comment in a module that is printed",
    ),
    ("one of two models in a file", "a published curve", "a title"),
    ("the code of a model of images", "a run whose folder is gone", "a new variant and an arm on it"),
    ("learning rate and weight decay swapped", "an arm renamed"),
    (
        "a title, and prepared data that are gone",
        "a table of data that are gone: no run of these data is trained",
    ),
]
