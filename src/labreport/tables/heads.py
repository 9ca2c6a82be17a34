"""Words in tables, in each language of a report. A word that is missing in a language is a `KeyError` at once."""

from __future__ import annotations

from labreport.figures.labels import class_name, implementation_name

__all__ = ["class_name", "head", "implementation_name", "note", "scale_notes"]

HEADS: dict[str, dict[str, str]] = {
    "experiment": {"zh": "实验", "en": "Experiment"},
    "parameters": {"zh": "参数量", "en": "Parameters"},
    "epochs": {"zh": "轮次", "en": "Epochs"},
    "epoch": {"zh": "轮次", "en": "Epoch"},
    "val_accuracy": {"zh": "验证准确率", "en": "Validation accuracy"},
    "published_accuracy": {"zh": "原报告 准确率", "en": "Published accuracy"},
    "difference": {"zh": "差", "en": "Difference"},
    "seconds": {"zh": "用时", "en": "Time"},
    "published_seconds": {"zh": "原报告 用时", "en": "Published time"},
    "points": {"zh": "百分点", "en": "points"},
    "layer": {"zh": "层", "en": "Layer"},
    "output": {"zh": "输出尺寸", "en": "Output size"},
    "kernel": {"zh": "卷积核与通道", "en": "Kernels, channels"},
    "stride": {"zh": "步长", "en": "Stride"},
    "change": {"zh": "改动", "en": "What changed"},
    "total": {"zh": "合计", "en": "Total"},
    "model": {"zh": "模型参数", "en": "Model settings"},
    "samples": {"zh": "训练 / 验证样本", "en": "Training / validation samples"},
    "batch_size": {"zh": "批大小", "en": "Batch size"},
    "learning_rate": {"zh": "学习率", "en": "Learning rate"},
    "optimizer": {"zh": "优化器", "en": "Optimizer"},
    "loss": {"zh": "损失函数", "en": "Loss function"},
    "class": {"zh": "类别", "en": "Class"},
    "all": {"zh": "全部", "en": "All"},
    "seed": {"zh": "种子", "en": "Seed"},
    "key": {"zh": "键", "en": "Key"},
    "commit": {"zh": "提交", "en": "Commit"},
    "device": {"zh": "设备", "en": "Device"},
    "train_loss": {"zh": "训练损失", "en": "Training loss"},
    "val_loss": {"zh": "验证损失", "en": "Validation loss"},
    "train_accuracy": {"zh": "训练准确率", "en": "Training accuracy"},
    "implementation": {"zh": "实现", "en": "Implementation"},
    "milliseconds": {"zh": "每批次用时", "en": "Time per batch"},
    "quartiles": {"zh": "四分位区间", "en": "Quartiles"},
    "operations": {"zh": "每批次 运算调用", "en": "Operations per batch"},
    "operations_per_step": {"zh": "每步 运算调用", "en": "Operations per step"},
    "ratio": {"zh": "与最快者之比", "en": "Relative to fastest"},
}

NOTES: dict[str, dict[str, str]] = {
    "demo": {
        "zh": "实测值取自演示规模（程序生成的小样本），与原报告的数值不可比。",
        "en": "Measured at demo scale (small generated samples): not comparable with the published values.",
    },
    "lite": {
        "zh": "实测值取自精简规模（真实数据的一部分，轮次较少），与原报告的数值不可比。",
        "en": "Measured at lite scale (part of the data, few epochs): not comparable with the published values.",
    },
    "own_scale": {
        "zh": "实测值取自 {0} 规模，与原报告的数值不可比。",
        "en": "Measured at scale {0}: not comparable with the published values.",
    },
    "several_seeds": {
        "zh": "数值为 {0} 个种子的均值 ± 标准差。",
        "en": "Mean ± standard deviation over {0} seeds.",
    },
    "mean_of_seeds": {"zh": "数值为 {0} 个种子的均值。", "en": "Mean over {0} seeds."},
    "missing_seeds": {"zh": "{0}：{2} 个种子中完成 {1} 个。", "en": "{0}: {1} of {2} seeds."},
    "shared_model": {"zh": "各模型均取 {0}。", "en": "All models: {0}."},
    "class_samples": {"zh": "每类 {0} 个验证样本。", "en": "{0} validation samples per class."},
    "counted": {
        "zh": "参数量含批归一化与短接处的卷积。",
        "en": "Parameters include batch normalisation and the convolutions on shortcuts.",
    },
    "dirty": {
        "zh": "提交号后的 + 表示工作区有未提交的改动。",
        "en": "A + after a commit: the working tree had changes.",
    },
    "lstm_cost": {
        "zh": "批大小 {0}，序列长 {1}，一层的前向与反向；{2} 次重复的中位数与四分位区间。"
        "融合运算内部所做的不计入运算调用。",
        "en": "Batch size {0}, length {1}, one layer forward and backward; median and quartiles of {2} repetitions. "
        "What happens inside a fused operator is not counted.",
    },
}

WORDS: dict[str, dict[str, str]] = {
    "cross_entropy": {"zh": "交叉熵", "en": "cross-entropy"},
    "max_pool": {"zh": "最大池化", "en": "max-pool"},
    "average_pool": {"zh": "平均池化", "en": "average pool"},
    "linear": {"zh": "全连接", "en": "linear"},
    "kernel_change": {"zh": "卷积核 {0} → {1}", "en": "kernel {0} → {1}"},
    "stride_change": {"zh": "步长 {0} → {1}", "en": "stride {0} → {1}"},
    "output_change": {"zh": "输出 {0} → {1}", "en": "output {0} → {1}"},
    "removed": {"zh": "移除", "en": "removed"},
    "added": {"zh": "新增", "en": "added"},
}


def head(key: str, lang: str) -> str:
    """Words above a column, or of a row."""
    return HEADS[key][lang]


def note(key: str, lang: str, *values: object) -> str:
    """A sentence below a table, with `values` in its gaps."""
    return NOTES[key][lang].format(*values)


def word(key: str, lang: str) -> str:
    """A word in a cell; one that is not in the list, such as an optimizer's name, stays as it is."""
    return WORDS.get(key, {}).get(lang, key)


def scale_notes(scale: str, lang: str) -> list[str]:
    """What must be said where published values stand beside measured ones; nothing at full scale."""
    if scale == "full":
        return []
    return [note(scale, lang) if scale in ("demo", "lite") else note("own_scale", lang, scale)]
