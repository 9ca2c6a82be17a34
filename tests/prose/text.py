"""What tests of prose look at: templates as written, templates filled in, and rendered text by its headings."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

import jinja2

from labreport import declarations
from labreport.documents import templating, views
from labreport.documents.printing import filters
from labreport.documents.provenance import Provenance
from labreport.languages import section
from labreport.results import Results
from labreport.steps import texts

ROOT = Path(declarations.__file__).parents[3]
LANGUAGES = ("zh", "en")
REPORTS = sorted(path.stem for path in (ROOT / "config/reports").glob("*.yaml"))
PROVENANCE = Provenance("0123456", "2026-01-01", 1767225600)
SUPPORTED, REFUTED, UNDECIDED = OUTCOMES = ("supported", "refuted", "undecided")
VERDICTS = {
    "zh": {SUPPORTED: "：数据支持", REFUTED: "：数据不支持", UNDECIDED: "：尚无定论"},
    "en": {SUPPORTED: ": supported", REFUTED: ": not supported", UNDECIDED: ": undecided"},
}
ABSTRACT = {"zh": "摘要", "en": "Abstract"}
ANALYSIS = {"zh": "分析", "en": "Analysis"}
CONCLUSION = {"zh": "结论", "en": "Conclusion"}
SLIPS = re.compile(
    r"None(?! of )|\bnan\b|\{\{|\{%|\?\?|[，、；：][，。、；：]|。。|[,;:] ?[,.;:]|\.\.| [,.;:]"
    r"|\S  \S|（ |[（(]\s*[)）]"
)
JINJA = re.compile(r"\{%.*?%\}|\{\{.*?\}\}", re.DOTALL)
DISPLAYED = re.compile(r"^```.*?^```|^\|.*?$|\$\$.*?\$\$", re.DOTALL | re.MULTILINE)


def template_of(report: str, lang: str) -> Path:
    return ROOT / f"templates/{report}/{lang}.md.j2"


def source(report: str, lang: str) -> str:
    return template_of(report, lang).read_text(encoding="utf-8")


def calls(text: str, *functions: str) -> list[str]:
    """Calls of `functions` in a template, as they are written, in order."""
    pattern = rf"\b(?:{'|'.join(functions)})\(([^()]*)\)"
    return [match[0] for code in JINJA.findall(text) for match in re.finditer(pattern, code)]


def text_of(spec: Mapping[str, Any], form: str) -> str:
    """The finished document."""
    return texts.text_of({**spec, "form": form}, ROOT, PROVENANCE).text


def prose_of(markdown: str) -> str:
    """Rendered Markdown without fenced code, tables and display mathematics."""
    return DISPLAYED.sub("", markdown)


def sections(markdown: str) -> dict[str, str]:
    """Text by its heading, with the bodies of equal headings joined."""
    found: dict[str, str] = {}
    parts = re.split(r"^#+ (?:[\d.]+\s+)?(.*?)\s*$", markdown, flags=re.MULTILINE)
    for heading, body in zip(parts[1::2], parts[2::2], strict=True):
        found[heading] = found.get(heading, "") + body
    return found


@cache
def _compiled(path: Path, lang: str) -> jinja2.Template:
    return templating.environment(filters(lang)).from_string(path.read_text(encoding="utf-8"))


class Filled:
    """A template whose runs are read once, to be filled with one set of outcomes after another."""

    def __init__(self, spec: Mapping[str, Any]) -> None:
        self._spec, self._lang = spec, spec["lang"]
        path = template_of(spec["report"], self._lang)
        results = Results({"name": spec["report"], **spec})
        self._names = {
            **views.names(results, spec, self._lang),
            "report": views.report(spec["declaration"], "2026-01-02"),
            "scale": views.scale(spec, results.real_data, self._lang),
            "command": "command",
            "lang": self._lang,
            "format": "markdown",
        }
        self._template = _compiled(path, self._lang)

    def text(self, outcomes: Mapping[str, str]) -> str:
        """Pandoc Markdown as if the claims named in `outcomes` had come out so; references are `[1]`."""
        judged = self._names["claim"]

        @cache
        def claim(name: str) -> Any:
            found = judged(name)
            if name not in outcomes:
                return found
            told: dict[str, Any] = {outcome: outcome == outcomes[name] for outcome in OUTCOMES}
            told |= {"outcome": outcomes[name], "verdict": section("outcomes", self._lang)[outcomes[name]]}
            said = str(found).replace(found["verdict"], told["verdict"])
            return type(found)(name, {**{key: found[key] for key in found}, **told}, said)

        claims = {name: claim(name) for name in self._names["claims"]}
        text = self._template.render({**self._names, "claim": claim, "claims": claims})
        text = re.sub(r"(?a:@(?:fig|tab|sec|lst|alg|eq):\w+)|\[@[\w; @]+\]", "[1]", text)
        text = re.sub(r"!\[(.*?)\]\((?:figure|table|code):[^)]*\)", r"\1", text, flags=re.DOTALL)
        return re.sub(r"\{#sec:[^}]*\}|^:::.*$", "", prose_of(text), flags=re.MULTILINE)


def told_by(spec: Mapping[str, Any]) -> str:
    """The prose of what was fabricated, as a reader sees it: without backslashes before signs."""
    return re.sub(r"\\(?=[^\w\s])", "", Filled(spec).text({}))
