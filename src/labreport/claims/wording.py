"""The phrase that a claim states its reason with, in each language."""

import math

from labreport.claims.estimates import LEVEL, Estimate
from labreport.groups import GROUPS, group_name
from labreport.languages import LANGUAGES, said, section
from labreport.quantities.registry import called
from labreport.rounding import plain, whole


def digits(value: float, unit: str) -> str:
    """A number in its unit, without it: `12.3` points, `0.034` of a correlation, `1,024` parameters.

    >>> digits(0.1234, "fraction"), digits(0.0341, "correlation"), digits(2.13, "times"), digits(1024.0, "count")
    ('12.3', '0.034', '2.13', '1,024')
    """
    if unit == "fraction":
        return plain(100 * value, 1)
    if unit == "count":
        return whole(value)
    return plain(value, {"epochs": 1, "seconds": 1, "times": 2}.get(unit, 3))


def title(name: str, lang: str, metric: str = "accuracy") -> str:
    """What a quantity with its argument is called inside a sentence, of experiments that have such a metric."""
    quantity, argument = called(name)
    if not argument:
        return quantity.title(lang)
    if quantity.name == "epochs_to":
        percent = plain(100 * float(argument), 1) + section("units", lang)["percent"]
        level = percent if metric == "accuracy" else plain(float(argument), 3)
        return said("reasons", "level", lang, level)
    group = group_name(argument, lang) if argument in GROUPS else argument
    return said("reasons", "on_group", lang, quantity.title(lang), group)


def what(key: str, *quantities: str, metric: str = "accuracy", beside: str | int = "") -> dict[str, str]:
    """What an estimate is of, by language, with the titles of quantities; `{}` stands for the names of experiments."""
    return {
        lang: said("reasons", key, lang, *(title(one, lang, metric) for one in quantities), beside)
        for lang in LANGUAGES
    }


def doubt(key: str, *values: object) -> dict[str, str]:
    """Why nothing can be decided, by language."""
    return {lang: said("reasons", key, lang, *values) for lang in LANGUAGES}


def claimed(claim: str, margin: float, unit: str, lang: str) -> str:
    """What is claimed, with its limit as it was declared."""
    number, ending = f"{100 * margin if unit == 'fraction' else margin:.10g}", section("units", lang).get(unit, "")
    limit = number + (ending.removesuffix("s") if number == "1" else ending)
    return section("criteria", lang)[claim].format(limit)


def phrase(what: str, estimate: Estimate, unit: str, limit: str, lang: str, doubt: str = "") -> str:
    """`WHAT is ESTIMATE (interval); LIMIT; METHOD, SEEDS.`"""
    ending = section("units", lang).get(unit, "")
    value = scaled(estimate.value, unit)
    number = "–" if value != value else f"{digits(value, unit)}{ending}"
    between = ""
    if estimate.known and not estimate.exact:
        low, high = (digits(scaled(end, unit), unit) for end in estimate.interval())
        between = said("reasons", "interval", lang, f"{100 * LEVEL:.0f}", low, high)
    if estimate.error is None and not doubt:
        doubt = said("reasons", "error_unknown", lang)
    if value != value:
        doubt = said("reasons", "not_reached", lang)
    method = said("methods", estimate.method, lang)
    runs = said("reasons", "one_run" if estimate.seeds == 1 else "seeds", lang, estimate.seeds)
    what = what if lang == "zh" else what[:1].upper() + what[1:]
    return said("reasons", "reason", lang, what, number, between, doubt, limit, method, runs)


def scaled(value: float, unit: str) -> float:
    """Ratios are known by their logarithms."""
    return math.exp(value) if unit == "times" else value
