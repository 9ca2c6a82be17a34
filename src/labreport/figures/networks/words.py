"""What stands in and below the parts of a drawing of a network, in each language."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from labreport.figures.labels import LABELS
from labreport.figures.networks.rows import Row
from labreport.figures.shapes import Ruler

NAMES: dict[str, dict[str, str]] = {
    "image": {"zh": "图像", "en": "image"},
    "tokens": {"zh": "词", "en": "words"},
    "convolution": {"zh": "卷积", "en": "conv."},
    "max_pool": {"zh": "最大池化", "en": "max-pool"},
    "average_pool": {"zh": "平均池化", "en": "avg-pool"},
    "global_pool": {"zh": "全局平均\n池化", "en": "global\navg-pool"},
    "linear": {"zh": "全连接", "en": "linear"},
    "embedding": {"zh": "词向量", "en": "word\nvectors"},
    "LayerNorm": {"zh": "层归一化", "en": "LayerNorm"},
    "BatchNorm2d": {"zh": "BN", "en": "BN"},
    "StepGraphConvolution": {"zh": "图卷积", "en": "graph\nconvolution"},
    "max_over_time": {"zh": "各时间步\n取最大", "en": "max over\ntime steps"},
    "mean_over_time": {"zh": "各时间步\n取平均", "en": "mean over\ntime steps"},
    "last_step": {"zh": "最后状态", "en": "last state"},
    "stride": {"zh": "步长 {0}", "en": "stride {0}"},
    "two_way": {"zh": "双向 {0}", "en": "bidirectional {0}"},
    "units": {"zh": "{0} 个单元", "en": "{0} units"},
    "units_each_way": {"zh": "每向 {0} 个单元", "en": "{0} units per direction"},
    "layers_of_units": {"zh": "{1} 层，每层 {0} 个单元", "en": "{1} layers of {0} units"},
    "layers_each_way": {"zh": "{1} 层，每向 {0} 个单元", "en": "{1} layers, {0} units per direction"},
    "residual": {"zh": "每层有残差连接", "en": "a shortcut round each layer"},
    "per_step": {"zh": "每步读入 {0} 个数", "en": "reads {0} numbers a step"},
    "words": {"zh": "{0} 个词", "en": "{0} words"},
    "add": {"zh": "与捷径相加", "en": "sum with the shortcut"},
    "mul": {"zh": "与捷径相乘", "en": "product with the shortcut"},
    "cat": {"zh": "拼接", "en": "concat."},
    "steps": {"zh": "{0} 个时间步", "en": "{0} time steps"},
    "rest": {"zh": "其中 {0} 个不在任何层中", "en": "{0} of them in no layer"},
    "on_shortcut": {"zh": "捷径上的{0}", "en": "on the shortcut {0}"},
    "identity": {"zh": "恒等捷径", "en": "identity"},
    "sentence": {"zh": "句子 {0}", "en": "sentence {0}"},
    "shared": {"zh": "共享权重", "en": "shared weights"},
    "similarity": {"zh": "相似度", "en": "similarity"},
    "grey_numbers": {"zh": "灰色数字为参数个数，共 {0} 个", "en": "Grey numbers: parameters, {0} in all"},
    "grey_numbers_more": {
        "zh": "灰色数字为参数个数，词向量外共 {0} 个",
        "en": "Grey numbers: parameters, {0} besides the word vectors",
    },
    "hops": {"zh": "实线弧为恒等捷径", "en": "solid arcs: identity shortcuts"},
    "hops_dashed": {
        "zh": "实线弧为恒等捷径，虚线弧为 1×1 卷积捷径",
        "en": "solid arcs: identity shortcuts, dashed: 1×1 convolutions",
    },
}


def name(key: str, lang: str) -> str:
    """The words for `key`; a class without words keeps its own name."""
    return NAMES[key][lang] if key in NAMES else LABELS[key][lang] if key in LABELS else key


def lines(row: Row, lang: str, before: Row | None = None) -> list[str]:
    """What a row is, in short lines: kind, kernel, stride, what follows.

    Args:
        row: one of a drawing.
        lang: of the words.
        before: the row before it; a recurrent layer says what it reads at a time where that is something else.
    """
    if row.kind == "recurrent":
        said = _recurrent_lines(row, lang)
        if before is not None and before.output != row.reads:
            said.append(name("per_step", lang).format(row.reads.split("×")[-1]))
    elif row.kind == "stage":
        said = [row.operation, f"× {row.repeats}"]
    elif row.kind == "input":
        said = [name("image" if "×" in row.output else "tokens", lang)]
    elif row.kind in ("normalization", "activation", "module", "dropout", "join"):
        said = name(row.operation, lang).split("\n")
    else:
        kind = "global_pool" if row.kind == "average_pool" and not row.kernel else row.kind
        said = name(kind, lang).split("\n")
    stride = [name("stride", lang).format(row.stride)] if row.stride else []
    return [*said, *filter(None, [row.kernel]), *stride, *filter(None, [row.after])]


def _recurrent_lines(row: Row, lang: str) -> list[str]:
    """Kind, depth and width of a recurrent layer."""
    two_way, deep = row.directions == 2, (row.layers or 1) > 1
    title = name("two_way", lang).format(row.operation) if two_way else row.operation
    key = ("layers_each_way" if two_way else "layers_of_units") if deep else "units_each_way" if two_way else "units"
    residual = [name("residual", lang)] if row.shortcuts else []
    return [title, *name(key, lang).format(row.units, row.layers).split("\n"), *residual]


def size(row: Row, lang: str) -> str:
    """The size of what comes out of a row."""
    return name("words", lang).format(row.output) if row.kind == "input" and "×" not in row.output else row.output


def count(number: int) -> str:
    """A number of parameters, 1,234,567."""
    return f"{number:,}"


def total(rows: Sequence[Row]) -> str:
    """The number of parameters, those of word vectors left out."""
    return count(sum(row.parameters or 0 for row in rows))


def foot(rows: Sequence[Row], lang: str, ruler: Ruler, width: float) -> list[str]:
    """What stands below a drawing: what grey numbers and arcs are, in as few lines as `width` (cm) takes."""
    unknown = any(row.parameters is None for row in rows)
    said = [name("grey_numbers_more" if unknown else "grey_numbers", lang).format(total(rows))]
    said += [name("rest", lang).format(count(row.parameters or 0)) for row in rows if row.kind == "rest"]
    shortcuts = " ".join(row.shortcuts for row in rows if row.kind == "stage").split()
    if shortcuts:
        said.append(name("hops_dashed" if "projection" in shortcuts else "hops", lang))
    lines = [""]
    for part in said:
        joined = ("；" if lang == "zh" else "; ").join(filter(None, [lines[-1], part]))
        lines = [*lines[:-1], joined] if ruler.width([joined]) <= width else [*filter(None, lines), part]
    return lines


def spoken(row: Row, lang: str) -> str:
    """A row in a sentence: what it is and the size of its output."""
    joined = " ".join(word for line in lines(replace(row, after=""), lang) for word in line.split("\n"))
    words = re.sub("(?<=[\u4e00-\u9fff]) (?=[\u4e00-\u9fff])", "", joined)
    if row.after:
        words = f"{words} + {row.after.replace(', ', ' + ')}"
    if row.branch:
        words = name("on_shortcut", lang).format(words)
    return f"{words}（{row.output}）" if lang == "zh" else f"{words} ({row.output})"
