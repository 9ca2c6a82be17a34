"""Numbers and references, before any format."""

from __future__ import annotations

from pathlib import Path

import pytest

from labreport.documents import numbering
from labreport.documents.pandoc import parse
from labreport.documents.syntax import Syntax, markdown
from labreport.errors import TemplateError

SHOWN = """
# A {#sec:a}

## B {#sec:b}

![x](table:t)

::: {layout-ncol=2}
![](figure:a)
![](figure:b)

x
:::

# N {#sec:n .unnumbered}

# C {#sec:c}

![x](figure:c){#fig:other}

## G {#sec:g}

| a |
|---|
| 1 |

: Own. {#tab:own}

# D {#sec:d .appendix}

## E {#sec:e}

![x](table:u)

# F {#sec:f}
"""
COUNTED = """
![](code:labreport.models.resnet:BasicBlock)

``` {#alg:x .algorithm caption="As in $x$"}
go
```

By $$ x $$ {#eq:one}, then

$$
y
$$ {#eq:two}

$$ z $$

![](code:labreport.documents.text:latex){#lst:other}
"""


def numbered(text):
    blocks = Syntax(Path()).explicit(parse(markdown(text), "en")["blocks"])
    return {name: (target.number, target.appendix) for name, target in numbering.number(blocks)[0].items()}


def test_sections_floats_and_the_appendix_are_numbered_in_reading_order():
    assert numbered(SHOWN) == {
        "sec:a": ("1", False),
        "sec:b": ("1.1", False),
        "tab:t": ("1", False),
        "fig:a": ("1(a)", False),
        "fig:b": ("1(b)", False),
        "sec:n": ("", False),
        "sec:c": ("2", False),
        "fig:other": ("2", False),
        "sec:g": ("2.1", False),
        "tab:own": ("2", False),
        "sec:d": ("A", True),
        "sec:e": ("A.1", True),
        "tab:u": ("3", True),
        "sec:f": ("B", True),
    }


def test_a_heading_twice_is_refused():
    with pytest.raises(TemplateError, match="sec:a"):
        numbered("# A {#sec:a}\n\n# B {#sec:a}\n")


def test_listings_algorithms_and_equations_have_numbers_of_their_own():
    assert {name: number for name, (number, _) in numbered(COUNTED).items()} == {
        "lst:BasicBlock": "1",
        "alg:x": "1",
        "eq:one": "1",
        "eq:two": "2",
        "lst:other": "2",
    }
