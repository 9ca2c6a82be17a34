"""pandoc: Markdown to its document tree, and the tree to LaTeX or GitHub-flavoured Markdown."""

import json
import re
import subprocess
from collections.abc import Iterable
from pathlib import Path

import pypandoc

from labreport.documents.nodes import Node
from labreport.errors import TemplateError

# What is raw is off, so that no text can become a command or a script; a line break between two Chinese characters is
# nothing.
READER = "markdown-raw_tex-raw_html-raw_attribute-auto_identifiers-implicit_figures+east_asian_line_breaks"
WRITERS = {"latex": "latex-smart", "markdown": "gfm", "html": "html5"}
OPTIONS = {"latex": ["--syntax-highlighting=idiomatic"], "markdown": [], "html": ["--mathml"]}

# Browsers set no space between the name of a function, with or without an index, and its argument; TeX does unless that
# is in brackets.
NAME = r'<mrow><mi mathvariant="normal">\w+</mi><mo>&#8289;</mo></mrow>'
WITH_INDEX = rf"<(msub|msup|msubsup|munder)>{NAME}(?:(?!</?\2>).)*</\2>"
BARE = f"(?<!<msub>)(?<!<msup>)(?<!<msubsup>)(?<!<munder>){NAME}"
APPLIED = re.compile(rf"({WITH_INDEX}|{BARE})(?=<m(?!o\b))", re.DOTALL)
# Accents that combine, which browsers set beside a letter in a formula, and those that stand alone, which they centre.
ACCENT = re.compile(r'(?<=<mo accent="true">)[\u0300-\u030c]')
ALONE = str.maketrans(dict(zip("\u0300\u0301\u0302\u0303\u0306\u0307\u0308\u030a\u030c", "`´ˆ˜˘˙¨˚ˇ", strict=True)))

MOST_SECONDS, MOST_MEMORY, MOST_CHARACTERS = 20, "1g", 2_000_000
NO_XML = dict.fromkeys((0xFFFE, 0xFFFF))  # no characters, which no part of a Word file may hold
HEAP_EXHAUSTED = 251  # GHC's exit status

LANGUAGES = {"zh": "zh-CN", "en": "en-US"}


def parse(text: str, lang: str) -> dict[str, Node]:
    """The document tree of pandoc Markdown. Straight quotes become curly ones in English only.

    Raises:
        TemplateError: pandoc refuses the text.
    """
    reader = READER if lang == "en" else READER.replace("markdown", "markdown-smart")
    if len(text) > MOST_CHARACTERS:
        raise TemplateError(f"the text has {len(text):,} characters, {MOST_CHARACTERS:,} are allowed")
    try:
        tree: dict[str, Node] = json.loads(run([f"--from={reader}", "--to=json"], text.translate(NO_XML)))
        json.dumps(tree)  # which needs a deeper stack than reading
    except RecursionError:
        raise TemplateError("the text is nested deeper than any report; look for a line of brackets or >") from None
    return tree


def fragments(texts: Iterable[str]) -> list[list[Node]]:
    """The blocks of several texts of pandoc Markdown, none of which has more than one paragraph.

    Raises:
        TemplateError: pandoc refuses one.
    """
    pieces = "\n\n".join(f"::: piece\n{text}\n:::" for text in texts)
    return [node["c"][1] for node in parse(pieces, "en")["blocks"]]


def cited(tree: dict[str, Node], bibliography: Path, style: Path, lang: str) -> dict[str, Node]:
    """The tree with its citations and its list of references, which fills a div of the name `refs`, as a style has it.

    Raises:
        TemplateError: the bibliography or the style cannot be read.
    """
    told = {"link-citations": {"t": "MetaBool", "c": True}, "lang": {"t": "MetaString", "c": LANGUAGES[lang]}}
    options = ["--from=json", "--to=json", "--citeproc", f"--bibliography={bibliography}", f"--csl={style}"]
    found: dict[str, Node] = json.loads(run(options, json.dumps({**tree, "meta": told})))
    return found


def write(tree: dict[str, Node], form: str) -> str:
    """The tree as text of a form, `latex`, `markdown` (GitHub's) or `html`, a paragraph a line."""
    options = ["--from=json", f"--to={WRITERS[form]}", "--wrap=none", *OPTIONS[form]]
    text = run(options, json.dumps(tree)).decode()
    if form != "html":
        return text
    return ACCENT.sub(lambda found: found[0].translate(ALONE), APPLIED.sub(r'\1<mspace width="0.167em"/>', text))


def run(options: list[str], text: str) -> bytes:
    """What pandoc makes of a text. It reads no file but those that are named, and is stopped where it would not end.

    Raises:
        TemplateError: it refuses the text, or needs more time or memory than any report does.
    """
    words = [pypandoc.get_pandoc_path(), "--sandbox", *options, "+RTS", f"-M{MOST_MEMORY}", "-RTS"]
    done = subprocess.run(limited(words, MOST_SECONDS), input=text.encode(), capture_output=True, check=False)
    if done.returncode < 0 or done.returncode == HEAP_EXHAUSTED:
        limits = f"{MOST_SECONDS} s or {MOST_MEMORY} of memory"
        raise TemplateError(f"pandoc needs more than {limits} for the text; is something nested, or defined by itself?")
    if done.returncode != 0:
        raise TemplateError(f"pandoc refuses the text: {' '.join(done.stderr.decode().split())}")
    return done.stdout


def limited(words: list[str], seconds: int) -> list[str]:
    """A command line that ends itself, and what it starts, after so many seconds of a processor each."""
    return ["sh", "-c", f'ulimit -t {seconds} && exec "$@"', "sh", *words]
