"""The phrase that a claim states its reason with, in each language."""

from __future__ import annotations

import math

from labreport.claims.estimates import LEVEL, Estimate
from labreport.groups import NAMES
from labreport.quantities.registry import called
from labreport.rounding import fixed

MINUS = "−"
METHODS = {
    "exact": {"zh": "无误差", "en": "without error"},
    "mcnemar": {"zh": "同一批样本，McNemar 精确检验", "en": "same samples, McNemar's exact test"},
    "paired": {"zh": "同一批样本，配对比较", "en": "same samples, paired"},
    "bootstrap": {"zh": "自助法", "en": "bootstrap"},
    "welch": {"zh": "韦尔奇 t 检验", "en": "Welch's t-test"},
    "samples": {"zh": "只计样本有限的误差", "en": "the error of the finite samples only"},
    "quartiles": {"zh": "由四分位数估计误差", "en": "the error estimated from quartiles"},
}
UNITS = {
    "fraction": {"zh": " 个百分点", "en": " points"},
    "epochs": {"zh": " 轮", "en": " epochs"},
    "seconds": {"zh": " 秒", "en": " s"},
    "times": {"zh": " 倍", "en": " times"},
}
CLAIMED = {
    "at_least": {"zh": "标准是至少 {}", "en": "the criterion is {} at least"},
    "at_most": {"zh": "标准是至多 {}", "en": "the criterion is {} at most"},
    "within": {"zh": "标准是相差至多 {}", "en": "the criterion is a difference of {} at most"},
    "above": {"zh": "标准是大于零", "en": "the criterion is more than zero"},
}
ONE_RUN = {
    "zh": "本次运行，只就训练出的模型而言",
    "en": "in this run, about the trained models only",
}


def digits(value: float, unit: str) -> str:
    """A number in its unit, without it: `12.3` points, `0.034` of a correlation.

    >>> digits(0.1234, "fraction"), digits(0.0341, "correlation"), digits(2.13, "times")
    ('12.3', '0.034', '2.13')
    """
    if unit == "fraction":
        return fixed(100 * value, 1).replace("-", MINUS)
    decimals = {"correlation": 3, "epochs": 1, "seconds": 1, "times": 2}.get(unit, 3)
    return fixed(value, decimals).replace("-", MINUS)


def title(name: str, lang: str) -> str:
    """What a quantity with its argument is called inside a sentence."""
    quantity, argument = called(name)
    if not argument:
        return quantity.title[lang]
    if quantity.name == "epochs_to":
        level = f"{100 * float(argument):.1f}%"
        return f"达到 {level} 的轮数" if lang == "zh" else f"epochs to {level}"
    group = NAMES[argument][lang] if argument in NAMES else argument
    return f"{group}的{quantity.title[lang]}" if lang == "zh" else f"{quantity.title[lang]} on {group}"


def claimed(claim: str, margin: float, unit: str, lang: str) -> str:
    """What is claimed, with its limit as it was declared."""
    number, ending = f"{100 * margin if unit == 'fraction' else margin:.10g}", UNITS.get(unit, {}).get(lang, "")
    limit = number + (ending.removesuffix("s") if number == "1" else ending)
    return CLAIMED[claim][lang].format(limit)


def phrase(what: str, estimate: Estimate, unit: str, limit: str, lang: str, doubt: str = "") -> str:
    """`WHAT is ESTIMATE (interval); LIMIT; METHOD, SEEDS.`"""
    ending = UNITS.get(unit, {}).get(lang, "")
    value = _scaled(estimate.value, unit)
    said = "–" if value != value else f"{digits(value, unit)}{ending}"
    between = ""
    if estimate.known and not estimate.exact:
        low, high = (digits(_scaled(end, unit), unit) for end in estimate.interval())
        level = f"{100 * LEVEL:.0f}"
        between = f"（{level}% 置信区间 {low} 至 {high}）" if lang == "zh" else f" ({level} % interval {low} to {high})"
    if estimate.error is None and not doubt:
        doubt = {"zh": "；误差无从得知", "en": "; nothing tells its error"}[lang]
    if value != value:
        doubt = {"zh": "；并非每次运行都达到", "en": "; not every run gets there"}[lang]
    method = METHODS[estimate.method][lang]
    if estimate.seeds == 1:
        runs = ONE_RUN[lang]
    else:
        runs = f"{estimate.seeds} 个种子" if lang == "zh" else f"over {estimate.seeds} seeds"
    if lang == "zh":
        return f"{what}为 {said}{between}{doubt}；{limit}；{method}；{runs}。"
    return f"{what[:1].upper()}{what[1:]} is {said}{between}{doubt}; {limit}; {method}, {runs}."


def _scaled(value: float, unit: str) -> float:
    """Ratios are known by their logarithms."""
    return math.exp(value) if unit == "times" else value
