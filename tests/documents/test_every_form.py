"""What a text shows, as each form has it."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterator
from xml.etree import ElementTree

import pytest

from labreport.documents.listings import code_lines, excerpt
from labreport.documents.text import breakable

SCHEMAS = "{http://schemas.openxmlformats.org"
W, M = f"{SCHEMAS}/wordprocessingml/2006/main}}", f"{SCHEMAS}/officeDocument/2006/math}}"
TEXT = """# A {#sec:a}

See @fig:plot_1, [that *one*](#fig:plot_0), @sec:a,
[@eq:e; @sec:k], @alg:x and @tab:own; [@old; @new] and
[@old]. ~~No~~ [u]{.underline} `a_b` $a_i$ **b**.[^1]

## B

::: {layout-ncol=2}
![](figure:plot_0)
![](figure:plot_1)

Two *plots*.
:::

![One.](figure:plot_0){#fig:again}

# N {#n .unnumbered}

By
$$E = mc^2$$ {#eq:e}
and

$$
F
$$ {#eq:f}

- so
  $$x$$
  ends, see @fig:again.

###### F

![T.](table:table_0)

| a | b |
|:--|--:|
| 1 | 2 |

: Own *one*. {#tab:own}

| c |
|---|
| 3 |

: Nameless.

# K {#sec:k .appendix}

## L

``` {#alg:x .algorithm caption="Back."}
Require: $x_1$
for $t$:
    comment 50 % of *it*
    a
    b
    c
    d
    e
    f
    if g:
        h
return i
```

[^1]: A note.
"""
WORKS = "@misc{new, author={王明}, title={A_b}, year={2020}}\n@misc{old, author={Old, One}, title={C}, year={1999}}"


def shown(node: ElementTree.Element) -> Iterator[str]:
    """What stands in a part of a paragraph of Word: `**bold**`, `[words](place)`, `{field}`, `<place>`, `$formula$`."""
    for part in node:
        tag = part.tag.removeprefix(W)
        words = "".join(shown(part))
        match tag:
            case "r":
                bold, kind = part.find(f"{W}rPr/{W}b"), part.find(f"{W}rPr/{W}rStyle")
                about = "" if kind is None else f"{kind.get(f'{W}val')}:"
                about = "" if about == "Hyperlink:" else about
                yield f"**{words}**" if bold is not None else f"{about}{words}"
            case "t":
                yield part.text or ""
            case "tab" | "br":
                yield "\t" if tag == "tab" else "\n"
            case "hyperlink":
                yield f"[{words}]({part.get(f'{W}anchor') or 'web'})"
            case "fldSimple":
                yield f"{{{' '.join((part.get(f'{W}instr') or '').split())}: {words}}}"
            case "bookmarkStart":
                yield f"<{part.get(f'{W}name')}>"
            case "drawing":
                yield f"<picture: {next(one for one in part.iter() if one.tag.endswith('docPr')).get('descr')}>"
            case _ if part.tag.startswith(M):
                yield f"${''.join(one.text or '' for one in part.iter(f'{M}t'))}$"


def outline(body: ElementTree.Element) -> Iterator[str]:
    """A line for each paragraph of Word, begun with its style, and for each row of a table."""
    for node in body:
        if node.tag == f"{W}bookmarkStart":
            yield f"<{node.get(f'{W}name')}>"
        elif node.tag == f"{W}p":
            style, aligned = (node.find(f"{W}pPr/{W}{name}") for name in ("pStyle", "jc"))
            at = "" if aligned is None else f" {aligned.get(f'{W}val')}"
            yield f"{style.get(f'{W}val')}{at}: {''.join(shown(node))}" if style is not None else "".join(shown(node))
        elif node.tag == f"{W}tbl":
            widths = " ".join(column.get(f"{W}w") for column in node.iter(f"{W}gridCol"))
            yield f"= {node.find(f'{W}tblPr/{W}tblStyle').get(f'{W}val')}, widths {widths}"
            for row in node.iter(f"{W}tr"):
                head = "= head: " if row.find(f"{W}trPr/{W}tblHeader") is not None else "= "
                yield head + " | ".join(" / ".join(outline(one)) for one in row.iter(f"{W}tc"))


@pytest.fixture
def body(document):
    """`body("html", "text")` -> what the form has of a text at full scale, without what stands around it."""

    def make(form, text, lang="en"):
        made = document(form, text, lang, WORKS, scale="full")
        if form == "docx":
            with zipfile.ZipFile(io.BytesIO(made.data)) as file:
                found = list(outline(ElementTree.fromstring(file.read("word/document.xml"))[0]))
            return "\n".join(found[3:])
        start, end = {
            "latex": ("\\vspace{0.4em}\n", "\\end{document}"),
            "markdown": ("`abc1234`\n", "\0"),
            "html": ('tabindex="-1">\n', '<section class="runs"'),
        }[form]
        text = re.sub(r'(data:image/[a-z]+)[^"]*', r"\1", made.text.partition(start)[2].partition(end)[0].strip())
        return re.sub(
            r'<math display="(\w+)".*?<annotation[^>]*>(.*?)</annotation>.*?</math>', r"<math \1>\2</math>", text
        )

    return make


@pytest.mark.parametrize("form", ["latex", "markdown", "html", "docx"])
def test_a_form_has_all_that_a_text_shows(body, approved, form):
    approved(f"documents/approved/{form}.txt", body(form, TEXT) + "\n")


LISTED = excerpt("labreport.documents.layout:identifier")
FILE, LINES = "src/labreport/documents/layout.py", f"lines {LISTED.first}–{LISTED.last})"


@pytest.mark.parametrize(
    ("form", "above", "code"),
    [
        (
            "latex",
            rf"\begin{{lablisting}}{{\label{{lst:code}}\texttt{{identifier}} (\texttt{{{breakable(FILE)}}}, {LINES}}}",
            code_lines(LISTED) + "\n\\end{lablisting}",
        ),
        (
            "markdown",
            f'<a id="lst-code"></a>\n\n**Listing\xa01.** `identifier` (`{FILE}`, {LINES}\n',
            f"``` python\n{LISTED.text}\n```",
        ),
        (
            "docx",
            "TableCaption: <lst_code>**Listing\xa0**{SEQ Listing \\* ARABIC: **1**}**.** "
            f"VerbatimChar:identifier (VerbatimChar:{FILE}, {LINES}",
            "SourceCode: " + LISTED.text.replace(" ", "\xa0"),
        ),
    ],
)
def test_code_is_shown_with_its_place(body, form, above, code):
    assert body(form, "![](code:labreport.documents.layout:identifier){#lst:code}") == f"{above}\n{code}"


STYLE = """<style xmlns="http://purl.org/net/xbiblio/csl" class="in-text" version="1.0">
<info><title>x</title><id>x</id><updated>2020-01-01T00:00:00+00:00</updated></info>
<citation><layout prefix="(" suffix=")" delimiter="; "><names variable="author"/></layout></citation>
<bibliography><layout suffix="."><names variable="author"/><text variable="title" prefix=": "/></layout></bibliography>
</style>"""


@pytest.mark.parametrize(
    ("form", "cited", "listed"),
    [
        (
            "latex",
            r"By~(\hyperref[ref-new]{王明}).",
            "\\begin{labreferences}{}\n\\item[{}]\\phantomsection\\label{ref-new}王明: A\\_b.",
        ),
        ("markdown", "By\xa0([王明](#ref-new)).", '<a id="ref-new"></a>\n\n王明: A_b.'),
        (
            "html",
            '<p>By\xa0(<a href="#ref-new" id="cited-ref-new-1">王明</a>).</p>',
            '<div id="ref-new" class="work">\n<p>王明: A_b.',
        ),
        ("docx", "FirstParagraph: By\xa0([王明](ref-new)).", "<ref-new>\nBibliography: 王明: A_b."),
    ],
)
def test_a_style_of_ones_own_may_have_no_labels(body, tmp_path, form, cited, listed):
    folder = tmp_path / "templates" / "small"
    folder.mkdir(parents=True)
    (folder / "references.csl").write_text(STYLE, encoding="utf-8")
    text = body(form, "By [@new].\n\n# Sources\n\n::: {#refs}\n:::\n\n# After")
    assert text.startswith(cited)
    assert listed in text
    assert text.index("Sources") < text.index(listed) < text.index("After")
    assert "References" not in text
