"""Words in figures, in each language of a report. A label that is missing in a language is a `KeyError` at once."""

from __future__ import annotations

LABELS: dict[str, dict[str, str]] = {
    "epoch": {"zh": "训练轮次", "en": "Epoch"},
    "loss": {"zh": "损失", "en": "Loss"},
    "accuracy": {"zh": "准确率（%）", "en": "Accuracy (%)"},
    "train_loss": {"zh": "训练损失", "en": "Training loss"},
    "val_loss": {"zh": "验证损失", "en": "Validation loss"},
    "train_accuracy": {"zh": "训练准确率（%）", "en": "Training accuracy (%)"},
    "val_accuracy": {"zh": "验证准确率（%）", "en": "Validation accuracy (%)"},
    "pearson": {"zh": "皮尔逊相关系数", "en": "Pearson correlation"},
    "train_pearson": {"zh": "训练皮尔逊相关系数", "en": "Training Pearson correlation"},
    "val_pearson": {"zh": "验证皮尔逊相关系数", "en": "Validation Pearson correlation"},
    "test_pearson": {"zh": "测试皮尔逊相关系数", "en": "Test Pearson correlation"},
    "train": {"zh": "训练", "en": "training"},
    "val": {"zh": "验证", "en": "validation"},
    "test": {"zh": "测试", "en": "test"},
    "measured": {"zh": "本次测量", "en": "measured"},
    "published": {"zh": "原报告", "en": "published"},
    "chance": {"zh": "随机猜测", "en": "chance"},
    "true": {"zh": "真实类别", "en": "True class"},
    "predicted": {"zh": "预测类别", "en": "Predicted class"},
    "mean_accuracy": {"zh": "类别平均准确率（%）", "en": "Mean accuracy of the classes (%)"},
    "group": {"zh": "{0}（{1} 类）", "en": "{0} ({1})"},
    "true_score": {"zh": "人工评分", "en": "Human score"},
    "predicted_score": {"zh": "预测评分", "en": "Predicted score"},
    "pairs_per_cell": {"zh": "每格句对数", "en": "Pairs per cell"},
    "equal": {"zh": "预测等于评分", "en": "prediction = score"},
    "correlation": {"zh": "皮尔逊 r = {0}，{1} 对", "en": "Pearson r = {0}, {1} pairs"},
    "correlation_of_seeds": {
        "zh": "皮尔逊 r = {0}（{2} 次运行均值），各 {1} 对",
        "en": "Pearson r = {0} (mean of {2} runs), {1} pairs each",
    },
    "weight": {"zh": "各颜色通道的权重", "en": "Weight in each colour channel"},
    "milliseconds": {"zh": "每批次用时（ms）", "en": "Time per batch (ms)"},
    "operations_per_step": {"zh": "每步 {0} 次运算调用", "en": "{0} operations/step"},
    "packaged": {"zh": "库实现", "en": "packaged"},
    "own": {"zh": "自编实现", "en": "own"},
    "own_shared": {"zh": "自编（合并输入乘积）", "en": "own (shared product)"},
    "layer": {"zh": "带参数的层", "en": "learned layer"},
    "operation": {"zh": "逐元素运算", "en": "element-wise operation"},
}

CLASS_NAMES: dict[str, dict[str, str]] = {
    "airplane": {"zh": "飞机", "en": "airplane"},
    "automobile": {"zh": "汽车", "en": "automobile"},
    "bird": {"zh": "鸟", "en": "bird"},
    "cat": {"zh": "猫", "en": "cat"},
    "deer": {"zh": "鹿", "en": "deer"},
    "dog": {"zh": "狗", "en": "dog"},
    "frog": {"zh": "蛙", "en": "frog"},
    "horse": {"zh": "马", "en": "horse"},
    "ship": {"zh": "船", "en": "ship"},
    "truck": {"zh": "卡车", "en": "truck"},
    "negative": {"zh": "负面", "en": "negative"},
    "positive": {"zh": "正面", "en": "positive"},
}


def label(key: str, lang: str) -> str:
    """The words for `key` in `lang` (`zh` or `en`)."""
    return LABELS[key][lang]


def class_name(name: str, lang: str) -> str:
    """A class's name in `lang`; a class that is not in the list keeps its own name."""
    return CLASS_NAMES.get(name, {}).get(lang, name)


def implementation_name(name: str, lang: str) -> str:
    """The name of a measured implementation in `lang`; one that is not in the list keeps its own name."""
    return LABELS.get(name, {}).get(lang, name)
