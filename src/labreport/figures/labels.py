"""Words in figures, in each language of a report. A label that is missing in a language is a `KeyError` at once."""

from __future__ import annotations

from collections.abc import Iterable

from labreport.metrics import column_title

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
    "seconds": {"zh": "训练用时（s）", "en": "Training time (s)"},
    "minutes": {"zh": "训练用时（min）", "en": "Training time (min)"},
    "hours": {"zh": "训练用时（h）", "en": "Training time (h)"},
    "learning_rate": {"zh": "学习率", "en": "Learning rate"},
    "batch_size": {"zh": "批大小", "en": "Batch size"},
    "epochs": {"zh": "训练轮数", "en": "Epochs"},
    "width": {"zh": "宽度", "en": "Width"},
    "hidden": {"zh": "隐藏单元数", "en": "Hidden units"},
    "dropout": {"zh": "随机失活率", "en": "Dropout"},
    "momentum": {"zh": "动量", "en": "Momentum"},
    "weight_decay": {"zh": "权重衰减", "en": "Weight decay"},
    "label_smoothing": {"zh": "标签平滑", "en": "Label smoothing"},
    "train_per_class": {"zh": "每类训练样本数", "en": "Training samples per class"},
    "confidence": {"zh": "预测概率（%）", "en": "Probability of the prediction (%)"},
    "calibrated": {"zh": "完全校准", "en": "calibrated"},
    "ece": {"zh": "{0}（ECE {1}%）", "en": "{0} (ECE {1} %)"},
    "mistake": {"zh": "真实类别 → 预测类别及其概率", "en": "true class → predicted class and its probability"},
    "seeds": {
        "zh": "均值与标准差（{0} 个种子），浅色为单个种子",
        "en": "mean and standard deviation of {0} seeds, single seeds faint",
    },
    "to": {"zh": "{0} 至 {1}", "en": "{0} to {1}"},
}

# Alternative texts, and what they are put together from.
SENTENCES: dict[str, dict[str, str]] = {
    "curves": {
        "zh": "折线图：{0} 在 {2} 个训练轮次中的{1}。{3}，验证最佳值 {4} 出现在第 {5} 轮。",
        "en": "Line chart: {1} of {0} over {2} epochs, {3}; the best validation value, {4}, is at epoch {5}.",
    },
    "moves": {"zh": "{0}{3}从 {1} 变为 {2}", "en": "{0} from {1} to {2}"},
    "published_curves": {"zh": "细虚线为原报告的曲线。", "en": " Thin dashed lines are the published curves."},
    "comparison_curves": {"zh": "折线图：逐轮的{0}。{1}。", "en": "Line chart: {0} by epoch. {1}."},
    "ends": {"zh": "{0} 第 {2} 轮为 {1}", "en": "{0} ends epoch {2} at {1}"},
    "accuracy_time": {"zh": "折线图：{0}与训练用时。{1}。", "en": "Line chart: {0} against time of training. {1}."},
    "after": {"zh": "{0} 用时 {2} 后为 {1}", "en": "{0} is at {1} after {2}"},
    "learning_rate_curves": {"zh": "折线图：逐轮的学习率。{0}。", "en": "Line chart: learning rate by epoch. {0}."},
    "constant": {"zh": "{0} 恒为 {1}", "en": "{0} stays at {1}"},
    "from_to": {"zh": "{0} 从 {1} 到 {2}", "en": "{0} goes from {1} to {2}"},
    "against": {"zh": "散点图：{0}与{1}。{2}。", "en": "Dot plot: {0} against {1}. {2}."},
    "time": {"zh": "训练用时", "en": "training time"},
    "at": {"zh": "{0} 时为 {1}", "en": "{1} at {0}"},
    "final_accuracy": {
        "zh": "点图：最后一轮的验证准确率。{0}。",
        "en": "Dot plot: validation accuracy after the last epoch. {0}.",
    },
    "beside": {"zh": "{0}（{1} {2}）", "en": "{0} ({1} {2})"},
    "group_accuracy": {
        "zh": "点图：两组类别的平均准确率，{0}为{1}。{2}。",
        "en": "Dot plot: mean accuracy of two groups of classes; the {0} are {1}. {2}.",
    },
    "both_groups": {"zh": "{0} {1} {2}，{3} {4}", "en": "{0} {2} on the {1}, {4} on the {3}"},
    "confusion": {
        "zh": "混淆矩阵：{0}。识别最好的类别是{1}（{2}），最差的是{3}（{4}）；最常见的混淆是把{5}认作{6}（{7}）。",
        "en": "Confusion matrix of {0}. Best recognised: {1} ({2}); worst: {3} ({4}); most frequent confusion: {5} "
        "taken for {6} ({7}).",
    },
    "scatter": {
        "zh": "密度图：{0} 在测试集上的预测评分与人工评分，{1}。{2}。",
        "en": "Density plot: predicted against human scores of the test pairs by {0}, {1}. {2}.",
    },
    "low_scores": {
        "zh": "评分不超过 1 的句对平均预测为 {0}",
        "en": "Mean prediction for pairs scored 1 or less: {0}",
    },
    "high_scores": {
        "zh": "评分不低于 4 的句对平均预测为 {0}",
        "en": "mean prediction for pairs scored 4 or more: {0}",
    },
    "sample_grid": {
        "zh": "图像网格：{0}各 {1} 张训练图像，每张 {2} 像素，取每类的前几张。",
        "en": "Image grid: the first training images of each class, {1} each, {2} pixels: {0}.",
    },
    "filters": {
        "zh": "图像：{0} 训练后第一个卷积层的 {1} 个 {2}×{3} 卷积核，显示为{4}；中灰表示权重为零，范围 −{5} 到 {5}。",
        "en": "Image: the {1} kernels of {2}×{3} of the first convolution of {0} after training, as {4} tiles. "
        "Mid-grey is a weight of zero; the scale reaches from −{5} to {5}.",
    },
    "grey": {"zh": "灰度", "en": "grey"},
    "colour": {"zh": "彩色", "en": "colour"},
    "lstm_cost": {
        "zh": "条形图：一层 LSTM 处理一个批次的用时。{0}。最慢者是最快者的 {1} 倍。",
        "en": "Bar chart: time of one LSTM layer per batch. {0}. The slowest takes {1} times the fastest.",
    },
    "activations": {
        "zh": "折线图：激活函数及其导数，自变量从 {0} 到 {1}。{2}。",
        "en": "Line chart: activation functions and derivatives from {0} to {1}. {2}.",
    },
    "function": {
        "zh": "{0} 的最小值为 {1}，导数在 {2} 与 {3} 之间",
        "en": "{0} is at least {1} and its derivative lies between {2} and {3}",
    },
    "calibration": {
        "zh": "可靠性图：准确率与预测概率。期望校准误差：{0}。",
        "en": "Reliability diagram: accuracy against probability of the prediction. Expected calibration error: {0}.",
    },
    "over": {"zh": "{0} {1}（{2}）", "en": "{0} {1} ({2})"},
    "overconfident": {"zh": "偏于自信", "en": "too sure"},
    "underconfident": {"zh": "偏于保守", "en": "not sure enough"},
    "mistakes": {
        "zh": "图像网格：{0} 最有把握的 {1} 个错误。{2}。",
        "en": "Image grid: the {1} mistakes of {0} that it is surest of. {2}.",
    },
    "no_mistakes": {"zh": "{0} 在测试样本上没有错误。", "en": "{0} makes no mistake on the test samples."},
    "taken": {"zh": "把{0}认作{1}（{2}）", "en": "{0} taken for {1} ({2})"},
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


def label(key: str, lang: str, *values: object) -> str:
    """The words for `key` in `lang` (`zh` or `en`), with `values` in their gaps."""
    return LABELS[key][lang].format(*values)


def sentence(key: str, lang: str, *values: object) -> str:
    """A sentence of an alternative text, or a part of one, with `values` in its gaps."""
    return SENTENCES[key][lang].format(*values)


def listed(parts: Iterable[str], lang: str) -> str:
    """Parts of a sentence, one after the other."""
    return ("；" if lang == "zh" else "; ").join(parts)


def setting_name(path: str, lang: str) -> str:
    """What a setting is called, such as `data.train_per_class`; one that is not in the list by its path's last word."""
    last = path.rpartition(".")[2]
    return LABELS.get(last, {}).get(lang, last.replace("_", " "))


def quantity_name(column: str, lang: str) -> str:
    """What a column of results is called inside a sentence."""
    return sentence("time", lang) if column == "seconds" else column_title(column, lang)


def class_name(name: str, lang: str) -> str:
    """A class's name in `lang`; a class that is not in the list keeps its own name."""
    return CLASS_NAMES.get(name, {}).get(lang, name)


def implementation_name(name: str, lang: str) -> str:
    """The name of a measured implementation in `lang`; one that is not in the list keeps its own name."""
    return LABELS.get(name, {}).get(lang, name)
