"""The few words that a document adds to its prose, in each language."""

from __future__ import annotations

from dataclasses import dataclass

LANGUAGES = ("zh", "en")

_WORDS = {
    "zh": {
        "fig": "图",
        "tab": "表",
        "lst": "代码",
        "alg": "算法",
        "eq": "式",
        "require": "输入：",
        "ensure": "输出：",
        "references": "参考文献",
        "and": "、",
        "note": "注：",
        "colon": "：",
        "continued": "（续）",
        "commit": "提交",
        "skip": "跳到正文",
        "contents": "目录",
        "runs": "训练记录",
        "runs intro": "文中的每个数值都出自下列训练；文件夹名即训练的键。",
        "to the run": "查看训练",
        "seed": "种子",
        "folder": "文件夹",
        "results": "结果",
        "settings": "设置",
        "environment": "环境",
        "epochs": "逐轮数值",
        "affiliation": "单位",
        "course": "课程",
    },
    "en": {
        "fig": "Figure",
        "tab": "Table",
        "lst": "Listing",
        "alg": "Algorithm",
        "eq": "Equation",
        "require": "Require:",
        "ensure": "Ensure:",
        "references": "References",
        "and": ", ",
        "note": "Note: ",
        "colon": ": ",
        "continued": " (continued)",
        "commit": "commit",
        "skip": "Skip to the text",
        "contents": "Contents",
        "runs": "Runs",
        "runs intro": "Every number of this report comes from these runs. The name of a run's folder is its key.",
        "to the run": "See the run",
        "seed": "seed",
        "folder": "Folder",
        "results": "Results",
        "settings": "Settings",
        "environment": "Environment",
        "epochs": "Every epoch",
        "affiliation": "Affiliation",
        "course": "Course",
    },
}

_SCALES = {
    "cpu": {
        "zh": ("CPU 规模", "CPU 规模：耗时较短的实验与原报告相同，其余经过缩减；缩减了哪些见各表的注。"),
        "en": (
            "CPU scale",
            "CPU scale: what a CPU trains quickly is as published, the rest reduced. The tables say what.",
        ),
    },
    "demo": {
        "zh": ("演示规模", "演示规模：数据是程序生成的小样本，数值只说明流程完整，不是实验结果。"),
        "en": (
            "demo scale",
            "Demo scale: the data are small generated samples. The numbers show that the pipeline is complete; "
            "they are not results.",
        ),
    },
    "lite": {
        "zh": ("精简规模", "精简规模：只用真实数据的一部分并减少训练轮数，数值不能与完整实验相比。"),
        "en": (
            "lite scale",
            "Lite scale: part of the real data and fewer epochs. The numbers do not compare with the full experiment.",
        ),
    },
}

# Of experiments whose seeds are not all there.
_SEEDS = {
    "zh": {
        "part": "{0}：{2} 个种子中的 {1} 个",
        "entry": "{0}（{1}）",
        "failed": "种子 {0} 失败：{1}",
        "left_out": "{0} 未训练：没有预训练权重 {1}",
        "join": "；",
        "notice": "部分训练没有结果。{0}。",
    },
    "en": {
        "part": "{0}: {1} of {2} seeds",
        "entry": "{0} ({1})",
        "failed": "seed {0} failed: {1}",
        "left_out": "{0} was not trained: its pretrained weights {1} are not here",
        "join": "; ",
        "notice": "Some runs have no result. {0}.",
    },
}

# Keywords of algorithms are English in every language, as in the code they stand for.
_STEPS = {
    "for": ("for", "do"),
    "while": ("while", "do"),
    "if": ("if", "then"),
    "elif": ("else if", "then"),
    "return": ("return", ""),
    "else": ("else", ""),
}


@dataclass(frozen=True)
class Scale:
    """At what scale a report was made.

    Attributes:
        name: as in `config/scales/`.
        full: whether it is the experiment as published.
        mark: a few words for running heads and captions; empty when full.
        notice: a sentence in the report's language; empty when full.
    """

    name: str
    full: bool
    mark: str
    notice: str


def scale(name: str, lang: str) -> Scale:
    """The scale `name`, worded in `lang`; a scale of the user's own says its name."""
    if name == "full":
        return Scale(name, True, "", "")
    if name in _SCALES:
        return Scale(name, False, *_SCALES[name][lang])
    if lang == "zh":
        return Scale(name, False, f"{name} 规模", f"{name} 规模：数值不能与完整实验相比。")
    return Scale(name, False, f"{name} scale", f"Scale {name}: the numbers do not compare with the full experiment.")


def word(key: str, lang: str) -> str:
    """A word of `_WORDS`."""
    return _WORDS[lang][key]


def seeds(key: str, lang: str, *values: object) -> str:
    """Words of `_SEEDS`, with `values` in their gaps."""
    return _SEEDS[lang][key].format(*values)


def caption_label(kind: str, number: str, lang: str) -> str:
    """What stands before a caption in Markdown: `图 1`, `Figure 1.`"""
    return f"{word(kind, lang)}\u00a0{number}" + ("" if lang == "zh" else ".")


def reference(kind: str, number: str, appendix: bool, lang: str) -> str:
    """How the text refers to a numbered thing: `图 1`, `第 2 节`, `附录 A`, `Section 2`."""
    if kind == "eq":
        return f"{word(kind, lang)}\u00a0({number})"
    if kind != "sec":
        return f"{word(kind, lang)}\u00a0{f'({number})' if kind == 'eq' else number}"
    if lang == "zh":
        return f"附录\u00a0{number}" if appendix else f"第\u00a0{number}\u00a0节"
    return f"{'Appendix' if appendix else 'Section'}\u00a0{number}"


OUTCOMES = {
    "zh": {"supported": "数据支持", "refuted": "数据不支持", "undecided": "数据不足以判断"},
    "en": {"supported": "supported", "refuted": "not supported", "undecided": "undecided"},
}


def outcome(name: str, lang: str) -> str:
    """What a claim came out as."""
    return OUTCOMES[lang][name]


def interval(low: str, high: str, lang: str) -> str:
    """The interval that stands beside an estimate."""
    return rf"95\% 置信区间 {low} 至 {high}" if lang == "zh" else f"95\u202f\\% interval {low} to {high}"


def claim(estimate: str, between: str, verdict: str, lang: str) -> str:
    """A claim in brief: `8.1 points (95 % interval 6.0 to 10.2, supported)`."""
    if lang == "zh":
        return f"{estimate}（{'，'.join(filter(None, (between, verdict)))}）"
    return f"{estimate} ({', '.join(filter(None, (between, verdict)))})"


def marked(mark: str, lang: str) -> str:
    """What is to be kept in mind, such as the scale, as it ends a caption."""
    return f"〔{mark}〕" if lang == "zh" else f"[{mark}]"


def step_words(word: str, lang: str) -> tuple[str, str]:
    """What stands before and after the words of an algorithm's statement, in bold."""
    if word in ("require", "ensure"):
        return _WORDS[lang][word], ""
    return _STEPS.get(word, (word, ""))
