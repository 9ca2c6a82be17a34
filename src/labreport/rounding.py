"""Numbers rounded as readers round them: halves away from zero, judged by the digits that are printed."""

import math
from decimal import ROUND_HALF_UP, Context, Decimal

DIGITS = Context(prec=400)  # a float's own digits and all of its zeros

MINUS = "−"  # which readers get in place of a hyphen


def fixed(value: float, decimals: int) -> str:
    """`value` with so many decimals, halves rounded away from zero; never minus zero.

    A binary fraction cannot hold most decimal halves, so the shortest decimal text of the float is what is rounded,
    cut to 12 digits, which drops what a multiplication by 100 adds.

    >>> fixed(82.25, 1), fixed(100 * 0.8225, 1), fixed(-0.04, 1)
    ('82.3', '82.3', '0.0')
    """
    exact = Decimal(f"{value:.12g}")
    rounded = exact.quantize(Decimal(1).scaleb(-decimals), ROUND_HALF_UP, DIGITS)
    return f"{abs(rounded) if rounded.is_zero() else rounded:f}"


def plain(value: float, decimals: int) -> str:
    """`value` as `fixed` rounds it, with a real minus sign.

    >>> plain(-82.25, 1), plain(float("-inf"), 1)
    ('−82.3', '−∞')
    """
    if math.isinf(value):
        return f"{MINUS if value < 0 else ''}∞"
    return fixed(value, decimals).replace("-", MINUS)


def nearest(value: float) -> int:
    """The nearest whole number, halves rounded away from zero."""
    return int(fixed(value, 0))


def whole(value: float) -> str:
    """A whole number in groups of three digits: 25000 -> 25,000."""
    return f"{nearest(value):,}".replace("-", MINUS)
