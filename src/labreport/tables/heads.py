"""Words in tables, in each language of a report. A word that is missing in a language is a `KeyError` at once."""

from __future__ import annotations

from collections.abc import Iterable

from labreport.enumeration import enumerated
from labreport.figures.labels import class_name, implementation_name
from labreport.results import Results

__all__ = ["class_name", "head", "implementation_name", "missing_notes", "note", "phrase", "scale_notes", "word"]

HEADS: dict[str, dict[str, str]] = {
    "experiment": {"zh": "实验", "en": "Experiment"},
    "parameters": {"zh": "参数量", "en": "Parameters"},
    "epochs": {"zh": "轮次", "en": "Epochs"},
    "epoch": {"zh": "轮次", "en": "Epoch"},
    "val_accuracy": {"zh": "验证准确率", "en": "Validation accuracy"},
    "published_accuracy": {"zh": "原报告 准确率", "en": "Published accuracy"},
    "published_train": {"zh": "原报告 训练", "en": "Published training"},
    "published_val": {"zh": "原报告 验证", "en": "Published validation"},
    "published_test_loss": {"zh": "原报告 损失", "en": "Published loss"},
    "published_test_pearson": {"zh": "原报告 皮尔逊", "en": "Published Pearson"},
    "published_val_pearson": {"zh": "原报告 验证皮尔逊", "en": "Published dev. Pearson"},
    "convergence_epoch": {"zh": "收敛轮次", "en": "Converged in epoch"},
    "published_convergence": {"zh": "原报告 收敛轮次", "en": "Published: converged"},
    "best_val_accuracy": {"zh": "最高 验证准确率", "en": "Best validation accuracy"},
    "best_epoch": {"zh": "最佳轮次", "en": "Best epoch"},
    "published_best_epoch": {"zh": "原报告 最佳轮次", "en": "Published best epoch"},
    "test_loss": {"zh": "测试损失", "en": "Test loss"},
    "train_pearson": {"zh": "训练 皮尔逊", "en": "Training Pearson"},
    "val_pearson": {"zh": "验证 皮尔逊", "en": "Validation Pearson"},
    "test_pearson": {"zh": "测试 皮尔逊", "en": "Test Pearson"},
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
    "samples_of_three": {"zh": "训练 / 验证 / 测试样本", "en": "Training / validation / test samples"},
    "batch_size": {"zh": "批大小", "en": "Batch size"},
    "learning_rate": {"zh": "学习率", "en": "Learning rate"},
    "optimizer": {"zh": "优化器", "en": "Optimizer"},
    "loss": {"zh": "损失函数", "en": "Loss function"},
    "dataset": {"zh": "数据集", "en": "Data set"},
    "schedule": {"zh": "学习率调度", "en": "Schedule"},
    "augment": {"zh": "数据增强", "en": "Augmentation"},
    "vectors": {"zh": "词向量", "en": "Word vectors"},
    "normalize": {"zh": "各通道归一化", "en": "Normalisation of the channels"},
    "normalize_of": {"zh": "各通道归一化（{0}）", "en": "Normalisation of the channels ({0})"},
    "test_samples": {"zh": "测试集", "en": "Test set"},
    "split": {"zh": "划分", "en": "Split"},
    "train": {"zh": "训练集", "en": "Training"},
    "dev": {"zh": "验证集", "en": "Validation"},
    "test": {"zh": "测试集", "en": "Test"},
    "pairs": {"zh": "句对数", "en": "Sentence pairs"},
    "tokens": {"zh": "词数", "en": "Words"},
    "unknown": {"zh": "未登录词", "en": "Unknown words"},
    "unknown_share": {"zh": "未登录词比例", "en": "Share unknown"},
    "gap": {"zh": "两者之差", "en": "Gap"},
    "mean": {"zh": "平均", "en": "Mean"},
    "stated": {"zh": "所述总准确率", "en": "Stated accuracy"},
    "class": {"zh": "类别", "en": "Class"},
    "all": {"zh": "全部", "en": "All"},
    "seed": {"zh": "种子", "en": "Seed"},
    "key": {"zh": "键", "en": "Key"},
    "commit": {"zh": "提交", "en": "Commit"},
    "device": {"zh": "设备", "en": "Device"},
    "precision": {"zh": "精度", "en": "Precision"},
    "train_loss": {"zh": "训练损失", "en": "Training loss"},
    "val_loss": {"zh": "验证损失", "en": "Validation loss"},
    "train_accuracy": {"zh": "训练准确率", "en": "Training accuracy"},
    "implementation": {"zh": "实现", "en": "Implementation"},
    "milliseconds": {"zh": "每批次用时", "en": "Time per batch"},
    "quartiles": {"zh": "四分位区间", "en": "Quartiles"},
    "operations": {"zh": "每批次 运算调用", "en": "Operations per batch"},
    "operations_per_step": {"zh": "每步 运算调用", "en": "Operations per step"},
    "text": {"zh": "文本", "en": "Text"},
    "first": {"zh": "句子一", "en": "First sentence"},
    "second": {"zh": "句子二", "en": "Second sentence"},
    "true": {"zh": "真实", "en": "True"},
    "predicted": {"zh": "预测", "en": "Predicted"},
    "probability": {"zh": "概率", "en": "Probability"},
    "score": {"zh": "人工评分", "en": "Human score"},
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
    "some_reduced": {
        "zh": "{0} 按 {1} 规模缩减，与原报告的数值不可比。",
        "en": "{0}: reduced at scale {1}, not comparable with the published values.",
    },
    "several_seeds": {
        "zh": "数值为 {0} 个种子的均值 ± 标准差。",
        "en": "Mean ± standard deviation over {0} seeds.",
    },
    "mean_of_seeds": {"zh": "数值为 {0} 个种子的均值。", "en": "Mean over {0} seeds."},
    "missing_seeds": {"zh": "{0}：{2} 个种子中的 {1} 个。", "en": "{0}: {1} of {2} seeds."},
    "shared_model": {"zh": "各模型均取 {0}。", "en": "All models: {0}."},
    "class_samples": {"zh": "每类 {0} 个验证样本。", "en": "{0} validation samples per class."},
    "setting": {"zh": "{0}：{1}。", "en": "{0}: {1}."},
    "convergence": {
        "zh": "收敛轮次：{1}首次距该次运行的最高值不超过 {0}的一轮。",
        "en": "Converged in the first epoch whose {1} lies within {0} of the run's best.",
    },
    "best_epoch": {
        "zh": "最佳轮次为验证准确率最高的一轮；原报告没有说明其准确率取自哪一轮。",
        "en": "The best epoch has the highest validation accuracy; the published report does not say which epoch "
        "its own accuracy is from.",
    },
    "chosen_on_test": {
        "zh": "验证样本就是数据集的测试样本，最佳轮次是在评判它的样本上选出的，其准确率因此偏高。",
        "en": "The validation samples are the data set's test samples: the best epoch is chosen on what judges it, so "
        "that its accuracy is too high by what the choice gains.",
    },
    "chosen_epoch": {
        "zh": "测试值与验证值取自验证皮尔逊系数最高的一轮；损失为 0–5 分标度上的均方误差。",
        "en": "Test and validation values are those of the epoch with the best validation Pearson correlation; losses "
        "are mean squared errors of scores from 0 to 5.",
    },
    "loss_scale": {
        "zh": "损失为 0–5 分标度上的均方误差。",
        "en": "Losses are mean squared errors of scores from 0 to 5.",
    },
    "group": {"zh": "{0}为{1}。", "en": "The {0} are {1}."},
    "macro": {
        "zh": "数值为各类别验证准确率的平均。",
        "en": "Values are means of the classes' validation accuracies.",
    },
    "pairs": {
        "zh": "词表 {0} 个词（含填充与未登录），每句至多 {1} 个词。",
        "en": "The vocabulary has {0} words, padding and unknown included; a sentence has at most {1} words.",
    },
    "surest": {
        "zh": "首个种子的运行中预测概率最高的错误。",
        "en": "The mistakes of the first seed's run that have the highest probability.",
    },
    "farthest": {
        "zh": "首个种子的运行中预测与评分相差最大的句对。",
        "en": "The pairs of the first seed's run whose prediction is farthest from the score.",
    },
    "shortened": {
        "zh": "文本为模型所读的词，至多显示前 {0} 个。",
        "en": "Texts are the words that the model reads, the first {0} at most.",
    },
    "published_mean": {
        "zh": "各类样本数相等时，各类别准确率的平均就是总准确率。",
        "en": "Where classes are of equal size, the mean of their accuracies is the accuracy over all.",
    },
    "counted": {
        "zh": "参数量含批归一化与捷径连接上的卷积。",
        "en": "Parameters include batch normalisation and the convolutions on shortcuts.",
    },
    "dirty": {
        "zh": "提交号后的 + 表示工作区有未提交的改动。",
        "en": "A + after a commit: the working tree had changes.",
    },
    "adopted": {
        "zh": "键后的 * 表示该次运行由改动前的代码完成，改动被声明为不影响结果。",
        "en": "A * after a key: made by earlier code, whose changes since were declared to change no result.",
    },
    "lstm_cost": {
        "zh": "批大小 {0}，序列长 {1}，一层的前向与反向；{2} 次重复的中位数与四分位区间。"
        "融合运算内部所做的不计入运算调用。",
        "en": "Batch size {0}, length {1}, one layer forward and backward; median and quartiles of {2} repetitions. "
        "What happens inside a fused operator is not counted.",
    },
}

PHRASES: dict[str, dict[str, str]] = {
    "made_from": {"zh": "由 {0} 得到", "en": "made from {0}"},
    "then": {"zh": "，", "en": "; "},
    "longtail": {"zh": "{0}各保留 {1}% 的训练样本", "en": "{0} keep {1}% of their training samples"},
    "balance": {
        "zh": "{0}以本类样本的副本补足至最大类的样本数，副本{1}",
        "en": "the {0} are filled up to the size of the largest with copies of their own samples, {1}",
    },
    "flipped": {"zh": "以一半的概率左右翻转", "en": "mirrored with a probability of one half"},
    "noisy": {
        "zh": "加上标准差为 {0} 的高斯噪声（像素值为 0–1）",
        "en": "with Gaussian noise of standard deviation {0} (pixel values from 0 to 1)",
    },
    "unaltered": {"zh": "不作改动", "en": "unaltered"},
    "channels": {"zh": "均值 {0}，标准差 {1}", "en": "means {0}, standard deviations {1}"},
    "unchanged": {"zh": "无", "en": "none"},
}

WORDS: dict[str, dict[str, str]] = {
    "mse_loss": {"zh": "均方误差", "en": "mean squared error"},
    "crop": {"zh": "随机裁剪", "en": "random crop"},
    "flip": {"zh": "水平翻转", "en": "horizontal flip"},
    "percentage_points": {"zh": "{0} 个百分点", "en": "{0} percentage points"},
    "recurrent": {"zh": "循环层", "en": "recurrent"},
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


def phrase(key: str, lang: str, *values: object) -> str:
    """A part of a sentence below a table, with `values` in its gaps."""
    return PHRASES[key][lang].format(*values)


def word(key: str, lang: str) -> str:
    """A word in a cell; one that is not in the list, such as an optimizer's name, stays as it is."""
    return WORDS.get(key, {}).get(lang, key)


def missing_notes(results: Results, experiments: Iterable[str], lang: str) -> list[str]:
    """Which experiments lack seeds, because runs failed and the table is made without them."""
    counts = ((name, len(results.runs(name)), results.planned(name)) for name in experiments)
    return [note("missing_seeds", lang, name, there, planned) for name, there, planned in counts if there < planned]


def scale_notes(results: Results, experiments: Iterable[str], lang: str) -> list[str]:
    """What must be said where published values stand beside measured ones; nothing where all may be compared."""
    names = list(experiments)
    reduced = [name for name in names if not results.comparable(name)]
    if not reduced:
        return []
    if len(reduced) < len(names):
        return [note("some_reduced", lang, enumerated(reduced, lang), results.scale)]
    scale = results.scale
    return [note(scale, lang) if scale in ("demo", "lite") else note("own_scale", lang, scale)]
