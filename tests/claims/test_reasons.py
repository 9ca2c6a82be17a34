"""What claims say, word for word: the sentences that reports print, in both languages."""

from __future__ import annotations

import math

import pytest

from labreport.claims.estimates import Estimate
from labreport.claims.wording import claimed, phrase, what

POINTS = Estimate(0.0512, 0.01, seeds=3, method="welch")
ONE_RUN = Estimate(0.0512, 0.01, method="mcnemar")
UNSURE = Estimate(0.0512, None, method="samples")
LATER = Estimate(-1.25, 0.5, seeds=2, method="samples")
LOWER = Estimate(-0.0125, 0.005, seeds=2, method="welch")
TWICE = Estimate(math.log(2), 0.1, seeds=2, method="bootstrap")
MORE = Estimate(1200.0)
NEVER = Estimate(math.nan, 1.0, seeds=5)
CASES = (
    (
        (POINTS, "fraction", "minus", "val_accuracy", "at_least", 0.02),
        "Validation accuracy, A minus B, is 5.1 points (95 % interval 3.2 to 7.1)"
        "; the criterion is 2 points at least; Welch's t-test, over 3 seeds.",
        "验证准确率，A 减 B 为 5.1 个百分点（95% 置信区间 3.2 至 7.1）；"
        "标准是至少 2 个百分点；韦尔奇 t 检验；3 个种子。",
    ),
    (
        (POINTS, "fraction", "minus", "val_accuracy", "at_least", 0.01),
        "Validation accuracy, A minus B, is 5.1 points (95 % interval 3.2 to 7.1)"
        "; the criterion is 1 point at least; Welch's t-test, over 3 seeds.",
        "验证准确率，A 减 B 为 5.1 个百分点（95% 置信区间 3.2 至 7.1）；"
        "标准是至少 1 个百分点；韦尔奇 t 检验；3 个种子。",
    ),
    (
        (ONE_RUN, "fraction", "minus", "val_accuracy", "above", 0.0),
        "Validation accuracy, A minus B, is 5.1 points (95 % interval 3.2 to 7.1)"
        "; the criterion is more than zero; "
        "same samples, McNemar's exact test, in this run, about the trained models only.",
        "验证准确率，A 减 B 为 5.1 个百分点（95% 置信区间 3.2 至 7.1）；"
        "标准是大于零；同一批样本，McNemar 精确检验；本次运行，只就训练出的模型而言。",
    ),
    (
        (UNSURE, "fraction", "minus", "val_accuracy", "at_least", 0.02),
        "Validation accuracy, A minus B, is 5.1 points; nothing tells its error"
        "; the criterion is 2 points at least; "
        "the error of the finite samples only, in this run, about the trained models only.",
        "验证准确率，A 减 B 为 5.1 个百分点；误差无从得知；标准是至少 2 个百分点；"
        "只计样本有限的误差；本次运行，只就训练出的模型而言。",
    ),
    (
        (NEVER, "epochs", "minus", "epochs_to(0.6)", "at_least", 2),
        "Epochs to 60.0 %, A minus B, is –; not every run gets there"
        "; the criterion is 2 epochs at least; without error, over 5 seeds.",
        "达到 60.0% 的轮数，A 减 B 为 –；并非每次运行都达到；标准是至少 2 轮；无误差；5 个种子。",
    ),
    (
        (LATER, "epochs", "minus", "convergence_epoch", "at_least", 1),
        "Epoch of convergence, A minus B, is −1.3 epochs (95 % interval −2.2 to −0.3)"
        "; the criterion is 1 epoch at least; the error of the finite samples only, over 2 seeds.",
        "收敛轮数，A 减 B 为 −1.3 轮（95% 置信区间 −2.2 至 −0.3）；标准是至少 1 轮；只计样本有限的误差；2 个种子。",
    ),
    (
        (LOWER, "correlation", "turned", "test_pearson", "within", 0.02),
        "Test Pearson correlation, B minus A, is −0.013 (95 % interval −0.022 to −0.003)"
        "; the criterion is a difference of 0.02 at most; Welch's t-test, over 2 seeds.",
        "测试皮尔逊相关系数，B 减 A 为 −0.013（95% 置信区间 −0.022 至 −0.003）；"
        "标准是相差至多 0.02；韦尔奇 t 检验；2 个种子。",
    ),
    (
        (TWICE, "times", "ratio", "epoch_seconds", "at_most", 2.5),
        "Ratio of time of an epoch, A over B, is 2.00 times (95 % interval 1.64 to 2.43)"
        "; the criterion is 2.5 times at most; bootstrap, over 2 seeds.",
        "每轮用时之比，A 比 B，为 2.00 倍（95% 置信区间 1.64 至 2.43）；标准是至多 2.5 倍；自助法；2 个种子。",
    ),
    (
        (MORE, "count", "minus", "parameters", "at_least", 1),
        "Parameters, A minus B, is 1,200"
        "; the criterion is 1 at least; without error, in this run, about the trained models only.",
        "参数个数，A 减 B 为 1,200；标准是至少 1；无误差；本次运行，只就训练出的模型而言。",
    ),
    (
        (POINTS, "fraction", "minus", "accuracy_on(short)", "at_least", 0.025),
        "Mean accuracy on short classes, A minus B, is 5.1 points (95 % interval 3.2 to 7.1)"
        "; the criterion is 2.5 points at least; Welch's t-test, over 3 seeds.",
        "样本少的类的平均准确率，A 减 B 为 5.1 个百分点（95% 置信区间 3.2 至 7.1）；"
        "标准是至少 2.5 个百分点；韦尔奇 t 检验；3 个种子。",
    ),
    (
        (POINTS, "fraction", "minus", "accuracy_on(cat, dog)", "at_least", 0.02),
        "Mean accuracy on cat, dog, A minus B, is 5.1 points (95 % interval 3.2 to 7.1)"
        "; the criterion is 2 points at least; Welch's t-test, over 3 seeds.",
        "cat, dog的平均准确率，A 减 B 为 5.1 个百分点（95% 置信区间 3.2 至 7.1）；"
        "标准是至少 2 个百分点；韦尔奇 t 检验；3 个种子。",
    ),
)


@pytest.mark.parametrize(("case", "english", "chinese"), CASES)
def test_a_reason_is_a_sentence(case, english, chinese):
    estimate, unit, key, quantity, claim, limit = case
    for lang, expected in (("en", english), ("zh", chinese)):
        of = what(key, quantity)[lang].format("A", "B")
        assert phrase(of, estimate, unit, claimed(claim, limit, unit, lang), lang) == expected
