"""Phrases by which practice1's text is known to follow a claim: (abstract or None, analysis), by claim and outcome."""

from __future__ import annotations

from tests.prose.text import REFUTED, SUPPORTED, UNDECIDED

Marks = dict[str, dict[str, tuple[str | None, str]]]

EN: Marks = {
    "images_close": {
        SUPPORTED: (None, "close enough to say that they arrive"),
        REFUTED: (None, "cannot be said to arrive at the same place"),
        UNDECIDED: (None, "whether they arrive at the same place"),
    },
    "own_matches": {
        SUPPORTED: (None, "so that this much is expected"),
        REFUTED: (None, "nothing measured here separates that from chance"),
        UNDECIDED: (None, "neither shown nor excluded"),
    },
    "residual_faster": {
        SUPPORTED: ("reaches the same accuracy in fewer epochs", "`mycnn` only in epoch"),
        REFUTED: ("does not reach the same accuracy any sooner", "residual connections save no epochs here"),
        UNDECIDED: ("cannot be read from these curves", "do not settle which network is faster"),
    },
    "texts_close": {
        SUPPORTED: (None, "it matters little"),
        REFUTED: (None, "which is not close"),
        UNDECIDED: (None, "whether that is within"),
    },
    "depth": {
        SUPPORTED: ("stay at the level of guessing", "is that of guessing, from which"),
        REFUTED: ("do not bear out", "not the picture of eight plain layers"),
        UNDECIDED: ("is not decided by these runs", "leave open whether the one stays"),
    },
    "own_lstm_slow": {
        SUPPORTED: ("the extra time", "which makes it the slower one"),
        REFUTED: ("which is not slow on this device", "does not show the difference"),
        UNDECIDED: ("vary too much to call it slow", "remains open whether it is considerably slower"),
    },
}

ZH: Marks = {
    "images_close": {
        SUPPORTED: (None, "可以说终点相近"),
        REFUTED: (None, "不能说终点相近"),
        UNDECIDED: (None, "三个模型最后的差距还不能断定"),
    },
    "own_matches": {
        SUPPORTED: (None, "这样的差别在意料之中"),
        REFUTED: (None, "再用几个随机种子才能分清"),
        UNDECIDED: (None, "既不能肯定也不能否定"),
    },
    "residual_faster": {
        SUPPORTED: ("有残差连接的网络用的轮数更少", "`mycnn` 要到第"),
        REFUTED: ("并没有更早达到同样的准确率", "残差连接在这里没有减少轮数"),
        UNDECIDED: ("从这次的曲线上还看不出来", "这次的曲线还分不出先后"),
    },
    "texts_close": {
        SUPPORTED: (None, "都没有带来多少差别"),
        REFUTED: (None, "，不能说相近"),
        UNDECIDED: (None, "四个模型最后的差距还不能断定"),
    },
    "depth": {
        SUPPORTED: ("停在随机猜测的水平", "与随机猜测没有区别"),
        REFUTED: ("没有得到这次数据的支持", "的说法不符"),
        UNDECIDED: ("这些运行还分不出结论", "还不能断定是否一个停在随机水平"),
    },
    "own_lstm_slow": {
        SUPPORTED: ("多出", "在这台设备上更慢"),
        REFUTED: ("在这台设备上并不算慢", "测量没有显示出原报告在 GPU 上看到的差距"),
        UNDECIDED: ("算不算慢还难以断定", "算不算明显更慢还不能断定"),
    },
}

MARKS: dict[str, Marks] = {"zh": ZH, "en": EN}
