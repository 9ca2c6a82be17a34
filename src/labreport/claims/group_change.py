"""From one experiment to another the classes that a long tail cuts short move so far, as their images do."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from labreport.claims.groups import Groups, groups
from labreport.claims.verdict import Estimate, Verdict, outcome, reaches, same_dataset
from labreport.claims.wording import bound, gap, level, limit, size
from labreport.groups import GROUPS, NAMES
from labreport.results import Results

METRIC = "val_accuracy"
VERBS = {"zh": ("上升", "下降"), "en": ("rises", "falls")}


def judge(results: Results, options: Mapping[str, Any]) -> Verdict:
    """Follow the mean accuracy of the short classes, and that of the full ones, from one experiment to another.

    The claim is about the short classes. Which way they should move follows from the training sets: down where `to` was
    trained on fewer samples than `from`, up where it was trained on more, either way where on as many.

    Args:
        results: the runs.
        options: `from`, `to` (experiments), `dataset` (a long-tailed one, which says which classes are short),
            `at_least` (how far the short classes are claimed to move, in percentage points).

    Returns:
        `supported` when they move at least so far in that direction, `refuted` when they do not, `undecided` when the
        reach of the error (seeds and finite test set) crosses the limit.

    Raises:
        ResultsError: the experiments used different data sets, the data set has no long tail, or other classes.
    """
    before, after, least = options["from"], options["to"], limit(options)
    same_dataset(results, [before, after])
    first, second = (groups(results, name, options["dataset"]) for name in (before, after))
    short, full = second.short.minus(first.short), second.full.minus(first.full)
    expected = _direction(results, before, after)
    up = short.mean >= 0 if expected is None else expected
    values = {
        "short_points": short.mean,
        "short_error": short.error,
        "full_points": full.mean,
        "full_error": full.error,
        "at_least": least,
        "rises": up,
        "from": before,
        "to": after,
        "short_from": first.short.mean,
        "short_to": second.short.mean,
        "full_from": first.full.mean,
        "full_to": second.full.mean,
        "seeds": min(first.seeds, second.seeds),
    }
    moved = short if up else short.negated()
    return Verdict(outcome(reaches(moved, least)), _reason(values, first, second), values)


def _direction(results: Results, before: str, after: str) -> bool | None:
    """Whether the short classes should rise: None where both experiments were trained on as many samples."""
    start, end = (int(results.summary(name)["train_samples"].iloc[0]) for name in (before, after))
    return None if start == end else end > start


def _reason(values: Mapping[str, Any], first: Groups, second: Groups) -> dict[str, str]:
    def moves(lang: str, points: float) -> str:
        verb = VERBS[lang][0 if points >= 0 else 1]
        words = gap(points, METRIC, lang)
        return f"{verb} {words}" if lang == "zh" else f"{verb} by {words}"

    def ends(one: Estimate, other: Estimate) -> tuple[str, str]:
        return level(one.mean, METRIC), level(other.mean, METRIC)

    short, full = ends(first.short, second.short), ends(first.full, second.full)
    errors = size(values["short_error"], METRIC), size(values["full_error"], METRIC)
    up, least = values["rises"], values["at_least"]
    few, many = (NAMES[group] for group in GROUPS)
    return {
        "zh": f"从 {values['from']} 到 {values['to']}，{few['zh']}的平均准确率由 {short[0]} 变为 {short[1]}，"
        f"{moves('zh', values['short_points'])}（标准误差 {errors[0]}）；{many['zh']}由 {full[0]} 变为 {full[1]}，"
        f"{moves('zh', values['full_points'])}（标准误差 {errors[1]}）；对{few['zh']}的界限为{VERBS['zh'][not up]} "
        f"{bound(least, METRIC, 'zh')}。",
        "en": f"From {values['from']} to {values['to']} the mean accuracy of the {few['en']} goes from {short[0]} to "
        f"{short[1]} and so {moves('en', values['short_points'])} (standard error {errors[0]}), that of the "
        f"{many['en']} from {full[0]} to {full[1]} and {moves('en', values['full_points'])} (standard error "
        f"{errors[1]}); the limit for the {few['en']} is {'up' if up else 'down'} by {bound(least, METRIC, 'en')}.",
    }
