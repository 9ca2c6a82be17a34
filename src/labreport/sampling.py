"""How far an accuracy or a correlation may lie from the truth because it was measured on finitely many samples."""

import math

ADDED = 4  # samples that are imagined beside those there are, half of them right


def sampling_error(accuracy: float, samples: int) -> float:
    """Standard error of an accuracy measured on `samples` independent samples, a fraction.

    That is sqrt(p (1 - p) / n) with two right and two wrong samples added: of an accuracy of 0 or 1 the plain formula
    says that it is certain. Agresti & Coull 1998, "Approximate is better than 'exact' for interval estimation of
    binomial proportions", The American Statistician 52(2), 119-126, doi:10.1080/00031305.1998.10480550. The accuracy
    itself stays what was measured; theirs is moved, too.
    """
    n = samples + ADDED
    p = (accuracy * samples + ADDED / 2) / n
    return math.sqrt(p * (1 - p) / n)


def correlation_error(correlation: float, samples: int) -> float:
    """Standard error of Pearson's correlation coefficient of `samples` pairs: (1 - r^2) / sqrt(n - 1).

    The large-sample formula for pairs from a bivariate normal distribution; Gnambs 2023, "A brief note on the standard
    error of the Pearson correlation", doi:10.1525/collabra.87615, compares it with others.

    Raises:
        ValueError: fewer than two pairs, or no correlation.
    """
    if samples < 2 or not -1 <= correlation <= 1:
        raise ValueError(f"a correlation in [-1, 1] of two pairs at least is needed; found {correlation} of {samples}")
    return (1 - correlation**2) / math.sqrt(samples - 1)
