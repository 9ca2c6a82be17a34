"""Texts that TeX, Markdown or Jinja would carry out, wherever a report shows a text that comes from elsewhere."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from random import Random
from string import digits
from typing import Any

from benchmarks.project import ROOT
from faults import inert
from faults.fault import Fault, Trial, in_turns
from faults.hostile_texts import SECRET, TEXTS
from faults.isolated import CANARY
from labreport.documents import pandoc
from labreport.documents.document import render
from labreport.documents.provenance import Provenance
from labreport.documents.text import clean, is_plain
from labreport.documents.typeset import typeset
from labreport.errors import UserError
from labreport.files import write_json

STATE = Provenance("abc1234", "2026-01-02", 1767312000)
PER_DOCUMENT = 12
CLAIM = {
    "kind": "difference",
    **{"outcome": "supported", "favours": "supported", "unit": "fraction", "method": "samples", "paired": True},
    **{"estimate": 0.1, "low": 0.05, "high": 0.15, "margin": 0.0, "p": 0.01, "p_adjusted": 0.01, "level": 0.95},
    **{"seeds": 1, "values": {}},
}
DECLARED = ("title", "subtitle", "affiliation", "course")  # where a document shows one text only
FORMS = {"heading": "\n## A {}\n", "bold": "**{}**\n", "claim": "It is so: {}\n", "prose": "- item {} and on\n"}
FORMS |= {"own cell": "\n| A | B |\n|---|---|\n| {} | x |\n\n: Own.\n\n"}
OTHERS = ("author", "field", "label", "cell", "head", "note", "class", "data set", "arm", "caption", *FORMS)
RUN = {
    "spec": {"task": {"name": "classification", "target": "labreport.training.classification:Classification"}}
    | {"model": {"target": "labreport.models.lenet:LeNet5", "parameters": {}}, "data": {"dataset": "cifar10"}}
    | {"training": {"epochs": 1, "optimizer": {"name": "Adam"}, "loss": {"name": "cross_entropy"}}, "seed": 0},
    "summary": {"experiment": "net", "seed": 0, "key": "0", "parameters": 9, "classes": ["car"], "steps": 1}
    | dict.fromkeys(("train_samples", "val_samples", "epochs", "best_epoch", "seconds", "samples_per_second"), 1)
    | dict.fromkeys((f"{split}_{name}" for split in ("train", "val", "seen") for name in ("loss", "accuracy")), 0.5)
    | {"best_val_accuracy": 0.5},
    "environment": {"python": "3", "torch": "2", "device": "CPU", "git_commit": None, "git_dirty": False}
    | {"started": "2026-01-01T00:00:00Z", "finished": "2026-01-01T00:00:00Z"},
}
PLACES = (*DECLARED, *OTHERS)
GITHUB = "gfm-tex_math_dollars-autolink_bare_uris-emoji"
OWN_HTML = re.compile(r'(</?span>|<a id="[\w-]+">|</a>|\s)*')  # of dollar signs and anchors
TEMPLATE = """# Start {#sec:start}

{{ dataset("cifar10").title }}: {{ dataset("cifar10").classes|join(", ") }}

![Shown: CAPTION](table:one)

PROSE
"""


@dataclass(frozen=True)
class Shown:
    """A text and where it stands."""

    text: str
    place: str


def run(count: int, folder: Path, rng: Random) -> Fault:
    """Documents with a dozen texts each, written and typeset; every text must be read back as it is."""
    texts = in_turns(TEXTS, count, rng)
    trials: list[Trial] = []
    for number, start in enumerate(range(0, count, PER_DOCUMENT)):
        lang = "zh" if number % 3 == 2 else "en"
        chosen = texts[start : start + PER_DOCUMENT]
        places = in_turns(PLACES, len(chosen), rng)
        shown = [Shown(text, place) for text, place in zip(chosen, places, strict=True)]
        trials += document(shown, folder / str(number), lang)
    return Fault.of("texts that TeX, Markdown or Jinja would carry out", trials)


def document(shown: list[Shown], folder: Path, lang: str) -> list[Trial]:
    """One trial for each text of a document in all formats."""
    spec = write(shown, folder, lang)
    try:
        words = _pdf_text(spec, folder, lang)
        markdown, html, word = (
            render(Path(spec["template"]), form, lang, {**spec, "form": form}, STATE).data
            for form in ("markdown", "html", "docx")
        )
        page, (fields, typed) = inert.Page(html.decode()), inert.word_file(word)
    except UserError as error:
        if len(shown) > 1:  # which of them was refused is seen one by one
            parts = (document([one], folder / str(number), lang) for number, one in enumerate(shown))
            return [trial for part in parts for trial in part]
        return [Trial(False, f"{shown[0].text!r} as {shown[0].place}: refused: {error}"[:400])]
    except Exception as error:
        return [Trial(False, f"{one.text!r} as {one.place}: {type(error).__name__}: {error}"[:400]) for one in shown]
    executed = [path.name for path in (*folder.rglob(f"*{CANARY}*"), *Path("/tmp").glob(f"*{CANARY}*"))]
    shown_words = "".join(page.words)
    executed += [f"{SECRET} was read"] if SECRET in words + markdown.decode() + shown_words + typed else []
    executed += [*active(markdown.decode()), *page.found, *fields]
    read = {
        "PDF": words,
        "Markdown": _plain(markdown.decode()),
        "HTML": _squeezed(shown_words),
        "Word": _squeezed(typed),
    }
    return [_trial(one, read, executed, lang) for one in shown]


def _trial(one: Shown, read: Mapping[str, str], executed: list[str], lang: str) -> Trial:
    name = f"{one.text!r} as {one.place} ({lang})"
    if executed:
        return Trial(False, f"{name}: {', '.join(executed)}", executed=True)
    absent = [form for form, text in read.items() if not re.search(_pattern(one.text, exact=form != "PDF"), text)]
    return Trial.judged(name, f"not in the {' or '.join(absent)}" if absent else None)


def write(shown: list[Shown], folder: Path, lang: str) -> dict[str, Any]:
    """The files of a small report that shows these texts; the spec of its write step."""
    texts: dict[str, list[str]] = {place: [one.text for one in shown if one.place == place] for place in PLACES}
    template = folder / "templates" / "small" / f"{lang}.md.j2"
    template.parent.mkdir(parents=True)
    for form in ("latex", "markdown", "html", "docx", "csl"):
        shutil.copytree(ROOT / "templates" / form, folder / "templates" / form)
    (folder / "secret.tex").write_text(SECRET, encoding="utf-8")
    claims = {f"{place}{n}": text for place in ("caption", *FORMS) for n, text in enumerate(texts[place])}
    names = {name: f'{{{{ claim("{name}").reason }}}}' for name in claims}
    captions = ", ".join(text for name, text in names.items() if name.startswith("caption"))
    prose = [FORMS[kind].format(text) for name, text in names.items() if (kind := name.rstrip(digits)) in FORMS]
    classes = ["car", *texts["class"]]
    counts = {"train_counts": [5] * len(classes), "test_counts": [2] * len(classes)}
    write_json(folder / "data" / "dataset.json", {"dataset": "cifar10", "classes": classes, **counts})
    heads = ["Model", *texts["head"]]
    head = {"unit": None, "align": "left", "decimals": None}
    columns = [{"key": str(number), "head": text, **head} for number, text in enumerate(heads)]
    rows = [[text, *["x"] * (len(heads) - 1)] for text in ["my_cnn", *texts["cell"]]]
    write_json(folder / "one.json", {"columns": columns, "rows": rows, "bold": [], "notes": texts["note"]})
    for name, text in claims.items():
        said = {"zh": text, "en": text}
        write_json(folder / f"{name}.json", {**CLAIM, "name": name, "what": said, "reason": said})
    arms = {f"net{n}": _arm(folder / f"run{n}", text) for n, text in enumerate(texts["arm"])}
    prose += [f'\nIt is {{{{ run("{name}").name }}}}\n' for name in arms]
    template.write_text(TEMPLATE.replace("CAPTION", captions or "none").replace("PROSE", "\n".join(prose)), "utf-8")
    declared: dict[str, Any] = {place: " ".join(texts[place]) or place for place in DECLARED}
    declared["authors"] = ["An Author", *texts["author"]]
    declared["fields"] = {f"Field {n}": text for n, text in enumerate(texts["field"])}
    declared["fields"] |= dict.fromkeys(texts["label"], "x")
    return {
        "report": "small",
        "lang": lang,
        "scale": "full",
        "source": "archive",
        "template": str(template),
        "declaration": declared,
        "order": [*arms],
        "experiments": arms,
        "data": {"cifar10": str(folder / "data")},
        "measurements": {},
        "figures": {},
        "pictures": "pictures",
        "tables": {"one": {"path": str(folder / "one")}},
        "claims": {name: str(folder / f"{name}.json") for name in claims},
        "dataset_titles": {"cifar10": " ".join(texts["data set"]) or "CIFAR-10"},
    }


def _arm(run: Path, title: str) -> dict[str, Any]:
    """An experiment of one run that has a title."""
    for name, values in RUN.items():
        write_json(run / f"{name}.json", values)
    (run / "metrics.csv").write_text("epoch,val_accuracy\n1,0.5\n", encoding="utf-8")
    facts = {"part": "a", "dataset": "cifar10", "base": "cifar10", "published": {}, "as_published": False, "model": {}}
    runs = [{"seed": 0, "key": run.name, "path": str(run)}]
    return {**facts, "title": title, "curve": None, "declared": {}, "runs": runs}


def _pdf_text(spec: Mapping[str, Any], folder: Path, lang: str) -> str:
    source = folder / "small.tex"
    source.write_text(render(Path(spec["template"]), "latex", lang, spec, STATE).text, encoding="utf-8")
    typeset(source, folder / "small.pdf")
    words = ["pdftotext", "-raw", "-enc", "UTF-8", str(folder / "small.pdf"), "-"]
    done = subprocess.run(words, capture_output=True, check=True)
    return _squeezed(done.stdout.decode("utf-8"))


def _plain(markdown: str) -> str:
    """What GitHub shows of it, as far as pandoc reads the same."""
    return _squeezed("".join(_words(_tree(markdown))))


def _tree(markdown: str) -> Any:
    words = [pandoc.pypandoc.get_pandoc_path(), "--sandbox", f"--from={GITHUB}", "--to=json"]
    done = subprocess.run(words, input=markdown, capture_output=True, encoding="utf-8", check=True)
    return json.loads(done.stdout)["blocks"]


def _words(node: Any) -> Iterator[str]:
    if isinstance(node, list):
        for one in node:
            yield from _words(one)
    elif isinstance(node, dict) and node.get("t") == "Str":
        yield node["c"]
    elif isinstance(node, dict) and node.get("t") not in ("RawInline", "RawBlock"):
        yield from _words(node.get("c", []))


def active(markdown: str) -> Iterator[str]:
    """What in a Markdown document is more than text: HTML, links out of it, pictures, formulas."""
    waiting = [_tree(markdown)]
    while waiting:
        node = waiting.pop()
        if isinstance(node, list):
            waiting += node
        elif isinstance(node, dict):
            kind, content = node.get("t"), node.get("c")
            if kind in ("RawInline", "RawBlock") and not OWN_HTML.fullmatch(content[1]):
                yield f"HTML {content[1][:60]!r}"
            elif kind in ("Image", "Math", "Note") or (kind == "Link" and not content[2][0].startswith("#")):
                yield f"{kind} {str(content)[:60]}"
            waiting.append(content)


def _squeezed(text: str) -> str:
    """Without white space, and with ligatures and accents taken apart, which a reader of PDFs may do in its own way."""
    return "".join(unicodedata.normalize("NFKD", text).split())


def _pattern(text: str, exact: bool = False) -> str:
    """What must be read back; a character that no font has may stand as its number."""
    parts = []
    for one in clean(text):
        shown = re.escape(_squeezed(one))
        if not exact and not is_plain(one):
            shown = "" if one in "\u200d\ufe0e\ufe0f" else rf"(?:{shown}|\[U\+{ord(one):X}\])"
        parts.append(shown)
    return "".join(parts)
