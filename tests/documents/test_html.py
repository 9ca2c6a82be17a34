"""The page that a report is: one file, without scripts, for every reader and width."""

from __future__ import annotations

import base64
import json
import re
import shutil
import subprocess
from html.parser import HTMLParser
from pathlib import Path

import pytest
from PIL import Image

from labreport.documents.document import render
from labreport.documents.provenance import Provenance
from labreport.errors import TemplateError
from tests.documents.small import CLAIM
from tests.documents.test_document import CODE, TEXT, WORKS

STATE = Provenance("abc1234", "2026-01-02", 1767312000)
EMPTY = {"meta", "br", "hr", "img", "link", "col"}
OPEN = {"tr", "th", "td"}  # which need no end


class Page(HTMLParser):
    """The tags of a page."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.open: list[str] = []
        self.feed(text)
        self.close()

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))
        if tag not in EMPTY | OPEN:
            self.open.append(tag)

    def handle_startendtag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))

    def handle_endtag(self, tag):
        if tag not in OPEN:
            assert self.open.pop() == tag, f"{tag} ends, {self.open} are open"

    def all(self, name: str) -> list[dict[str, str | None]]:
        return [attributes for tag, attributes in self.tags if tag == name]


@pytest.fixture
def page(document):
    return lambda text=TEXT, lang="en", works="", **kwargs: document("html", text, lang, works, **kwargs).text


@pytest.mark.parametrize("text", [TEXT, CODE])
@pytest.mark.parametrize("lang", ["en", "zh"])
def test_tags_are_balanced_names_unique_and_links_lead_somewhere(page, text, lang):
    found = Page(page(text, lang, WORKS))
    assert found.open == []
    names = [attributes["id"] for _, attributes in found.tags if attributes.get("id")]
    assert sorted(names) == sorted(set(names))
    shown = [attributes.get("class", "") for tag, attributes in found.tags if tag == "div"]
    assert text is CODE or "picture" in shown
    inner = {link["href"][1:] for link in found.all("a") if link["href"].startswith("#")}
    assert inner <= set(names)
    described = {name for _, attributes in found.tags for name in (attributes.get("aria-labelledby") or "").split()}
    assert described <= set(names)


def test_nothing_is_loaded_or_run(page):
    text = page()
    found = Page(text)
    assert {"script", "link", "iframe", "object", "style"} & {tag for tag, _ in found.tags} == {"style"}
    assert "default-src 'none'" in next(
        meta["content"] for meta in found.all("meta") if meta.get("http-equiv") == "Content-Security-Policy"
    )
    assert all(image["src"].startswith("data:image/") for image in found.all("img"))
    assert not re.search(r"url\(|@import", text)


def test_figures_have_captions_and_words_for_those_who_cannot_see_them(page):
    text = page()
    assert [image["alt"] for image in Page(text).all("img")] == [
        "Line of plot_0: up [and] $down",
        "Line of plot_1: up [and] $down",
    ]
    assert '<a href="#fig-plot_1">Figure\u00a01(b)</a>' in text
    assert "<strong>Figure\u00a01.</strong> Two plots of" in text
    assert "<strong>图\u00a01</strong>" in page(lang="zh")


@pytest.mark.parametrize(
    ("end", "form", "kind"),
    [("png", "PNG", "png"), ("jpg", "JPEG", "jpeg"), ("jpeg", "JPEG", "jpeg"), ("JPEG", "JPEG", "jpeg")],
)
def test_a_picture_of_ones_own_lies_in_the_page(small_report, tmp_path, end, form, kind):
    spec = small_report(f"![A *b*.](a.{end}){{width=40%}}", figures=0)
    file = tmp_path / "templates" / "small" / f"a.{end}"
    Image.new("RGB", (4, 3)).save(file, form)
    spec["files"][str(file)] = "0" * 16
    (image,) = Page(render(Path(spec["template"]), "html", "en", spec, STATE).text).all("img")
    data = base64.b64encode(file.read_bytes()).decode()
    assert image == {"src": f"data:image/{kind};base64,{data}", "alt": "A b.", "style": "width:40.0%"}


def test_numbers_are_aligned_at_the_decimal_mark(page):
    text = page("![T.](table:table_0)")
    cells = re.findall(r'<td style="text-align: right;">(.*?)</td>', text)
    assert cells[0] == "<strong>84.4\u00a0\u00a0\u00a0\u2007\u00a0\u2007</strong>"  # as wide as in " ± 0.3"
    assert cells[2] == "9.7\u00a0±\u00a00.3"  # in one line
    assert '<th scope="row"' in text
    assert '<th scope="col"' in text


def test_every_run_has_a_section(page):
    text = page(scale="full")
    sections = re.findall(r'<section class="run" id="run-(\w+)"', text)
    assert len(sections) == 2
    for key in sections:
        assert f"/{key}</code>" in text
    assert "training.optimizer.name" in text
    assert '<th scope="col">val_accuracy' in text
    assert '<a href="#page:runs">Runs</a>' in text


def test_no_heading_takes_a_name_of_the_page_itself(page):
    text = page("# Main {#main}\n\n# Runs {#runs}\n\nx\n")
    names = re.findall(r' id="([^"]*)"', text)
    assert {"main", "runs", "page:main", "page:runs"} <= {*names}
    assert len(names) == len({*names})


def test_the_key_of_a_run_in_a_table_leads_to_its_section(small_report, tmp_path):
    spec = small_report("![Runs.](table:table_0)")
    key = spec["experiments"]["mycnn"]["runs"][0]["key"]
    path = tmp_path / "tables" / "table_0.json"
    table = json.loads(path.read_text(encoding="utf-8"))
    path.write_text(json.dumps({**table, "rows": [[key[:8], 1, 2], ["0003", 1, 2]]}), encoding="utf-8")
    text = render(Path(spec["template"]), "html", "en", spec, STATE).text
    assert f'<a href="#run-{key}">{key[:8]}</a>' in text
    assert text.count(f'href="#run-{key}"') == 1


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_what_a_table_states_of_an_experiment_says_where_it_comes_from(small_report, tmp_path, lang):
    spec = small_report("![Results.](table:table_0)", lang=lang, seeds=2)
    keys = [run["key"] for run in spec["experiments"]["mycnn"]["runs"]]
    table = {
        "columns": [
            {"key": "experiment", "head": "Experiment", "align": "left"},
            {
                "key": "val_accuracy",
                "head": "Best\nvalidation accuracy",
                "unit": "%",
                "align": "decimal",
                "decimals": 1,
            },
            {"key": "published_val", "head": "Published", "unit": "%", "align": "decimal", "decimals": 1},
            {"key": "missing", "head": "Absent", "align": "right"},
        ],
        "rows": [["mycnn", 84.44, 84.5, None], ["another", 80.1, 80.2, 3]],
        "experiments": ["mycnn", "another"],
    }
    (tmp_path / "tables" / "table_0.json").write_text(json.dumps(table), encoding="utf-8")
    text = render(Path(spec["template"]), "html", lang, spec, STATE).text
    cells = re.findall(r"<t[dh][^>]*>(?:<span class=\"value\".*?</span></span>|[^<]*)</t[dh]>", text)
    name, accuracy, *others = [cell for cell in cells if 'scope="col"' not in cell][:8]
    assert 'tabindex="0">mycnn<span' in name
    assert 'tabindex="-1">84.4<span' in accuracy
    whose = {"en": "Best validation accuracy of mycnn", "zh": "mycnn 的Best validation accuracy"}
    assert whose[lang] in accuracy
    assert all(f'href="#run-{key}"' in cell for key in keys for cell in (name, accuracy))
    assert "value" not in "".join(others)  # what was published or is not there, and an experiment of no run


def test_what_a_column_states_of_an_experiment_says_where_it_comes_from(small_report, tmp_path):
    spec = small_report("![Classes.](table:table_0)")
    (key,) = (run["key"] for run in spec["experiments"]["mycnn"]["runs"])
    columns = [
        {"key": "shown", "head": "Class", "align": "left"},
        {"key": "mycnn", "head": "mycnn", "unit": "%", "align": "decimal", "decimals": 1, "of": "mycnn"},
    ]
    table = {"columns": columns, "rows": [["cat", 61.0], ["dog", 62.0]]}
    (tmp_path / "tables" / "table_0.json").write_text(json.dumps(table), encoding="utf-8")
    text = render(Path(spec["template"]), "html", "en", spec, STATE).text
    assert 'tabindex="0">61.0<span' in text
    assert 'tabindex="-1">62.0<span' in text
    assert text.count(f'href="#run-{key}"') == 2


def test_a_value_says_where_it_comes_from(page, small_report):
    key = small_report("x")["experiments"]["mycnn"]["runs"][0]["key"]
    text = page("Best is {{ mycnn.val_accuracy }}.")
    value, origin = '<span class="value" tabindex="0">', '<span class="origin" role="tooltip">'
    assert re.search(rf"Best is {value}[\d.]+\s%{origin}validation accuracy of mycnn ", text)
    assert f'<a href="#run-{key}">See the run</a>' in text
    means = page("Best is {{ mycnn.val_accuracy }}.", seeds=2)
    runs = small_report("x", seeds=2)["experiments"]["mycnn"]["runs"]
    keys = [run["key"] for run in sorted(runs, key=lambda run: run["seed"])]
    ways = " ".join(f'<a href="#run-{key}">{place}</a>' for place, key in enumerate(keys, start=1))
    assert f"validation accuracy of mycnn Runs: {ways}</span></span>." in means


def test_a_claim_says_which_runs_it_comes_from(page):
    ways = " ".join(f'<a href="#run-{key}">{place}</a>' for place, key in enumerate(CLAIM["runs"], start=1))
    text = page("They are {{ claims.close }}, {{ claims.close.low }} at least.")
    said = f'<span class="origin" role="tooltip">a_1 minus b Runs: {ways}</span></span>'
    assert re.search(rf"1.2.points{re.escape(said)} \(.*\), <span[^>]*>1.0.points{re.escape(said)} at least", text)


@pytest.mark.parametrize("form", ["latex", "markdown"])
def test_other_formats_print_a_value_alone(small_report, form):
    spec = small_report("Best is {{ mycnn.val_accuracy }}.")
    text = render(Path(spec["template"]), form, "en", spec, STATE).text
    assert re.search(r"Best is [\d.]+(?:~|\s|\\,)\\?%\.", text)


def test_hostile_words_come_out_as_words(page):
    text = page(
        '<script>alert(1)</script> {{ "<img src=x onerror=alert(2)>"|string }}',
        title="</title><script>alert(3)</script>",
        authors=['"><script>alert(4)</script>'],
        fields={"<b>": "<script>alert(5)</script>"},
    )
    found = Page(text)
    assert not found.all("script")
    assert not found.all("img")
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in text


@pytest.mark.parametrize(
    "address", ["javascript:alert(1)", "JavaScript:alert(1)", "data:text/html,x", "file:///etc", "x.html"]
)
def test_links_lead_to_the_web_or_to_the_text(page, address):
    with pytest.raises(TemplateError, match=re.escape(f"the link to {address!r} leads elsewhere than to http://")):
        page(f"See [this]({address}).")


def test_works_of_the_bibliography_link_to_the_web_only(page):
    found = Page(page("See [@a].", works="@misc{a, title={T}, url={javascript:alert(1)}}"))
    assert {link["href"].partition(":")[0] for link in found.all("a") if not link["href"].startswith("#")} <= {"https"}


def test_works_lead_back_to_where_they_are_cited(page):
    text = page(CODE, works=WORKS)
    back = re.findall(r'href="#(cited-ref-\w+-\d)"', text)
    assert len(back) == 4
    assert all(f'id="{name}"' in text for name in back)


def test_equations_have_numbers_and_are_mathml(page):
    text = page("See @eq:e.\n\n$$E = mc^2$$ {#eq:e}\n")
    assert 'class="equation"><math display="block"' in text
    assert '<span class="number">(1)</span>' in text
    assert 'href="#eq-e"' in text


@pytest.mark.parametrize(
    ("formula", "apart"),
    [
        (r"\log p", 1),
        (r"\exp z_n", 1),
        (r"\max_i x_i", 1),
        (r"\sin^2 \frac{1}{2}", 1),
        (r"\log(x)", 0),
        (r"\max_i(x)", 0),
    ],
)
def test_a_function_stands_apart_from_its_argument_unless_that_is_in_brackets(page, formula, apart):
    assert page(f"${formula}$\n").count("<mspace") == apart


def test_what_a_row_states_of_one_seed_leads_to_its_run(small_report, tmp_path):
    spec = small_report("![Epochs.](table:table_0)", seeds=2)
    first, second = [run["key"] for run in sorted(spec["experiments"]["mycnn"]["runs"], key=lambda run: run["seed"])]
    columns = [{"key": "loss", "head": "Loss", "align": "decimal", "decimals": 1, "of": "mycnn"}]
    seeds = sorted(run["seed"] for run in spec["experiments"]["mycnn"]["runs"])
    table = {"columns": columns, "rows": [[0.5], [0.4]], "seeds": seeds}
    (tmp_path / "tables" / "table_0.json").write_text(json.dumps(table), encoding="utf-8")
    text = render(Path(spec["template"]), "html", "en", spec, STATE).text
    led = [re.findall(r'href="#run-(\w+)"', cell) for cell in re.findall(r"<td.*?</td>", text) if "Loss of" in cell]
    assert led == [[first], [second]]


@pytest.mark.parametrize(
    ("text", "kept"),
    [("$x$，则", "，"), ("$x$）。", "）。"), ("$x$, y", ","), ("$x$ y", None), ("$x$则", None), ("x，", None)],
)
def test_a_formula_and_the_mark_behind_it_stay_in_a_line(page, text, kept):
    found = re.findall(r'<span class="unbroken"><math.*?</math>(.*?)</span>', page(text), re.DOTALL)
    assert found == ([kept] if kept else [])


@pytest.mark.parametrize(
    ("name", "accent"),
    [("tilde", "˜"), ("hat", "ˆ"), ("dot", "˙"), ("ddot", "¨"), ("check", "ˇ"), ("acute", "´"), ("grave", "`")],
)
def test_an_accent_stands_above_its_letter(page, name, accent):
    assert f'<mover><mi>c</mi><mo accent="true">{accent}</mo></mover>' in page(rf"$\{name}{{c}}$")


def test_the_contents_have_two_levels(page):
    text = page(
        "# One\n\n## Two^[A note.] [@a]\n\n### Three\n\n## Also {#sec:also}\n\n# Four\n", works="@misc{a, title={T}}"
    )
    contents = " ".join(re.sub(r"<[/]?span[^>]*>", "", text[text.index("<ul>") : text.index("</nav>")]).split())
    assert contents == (
        '<ul> <li><a href="#heading-1">1 One</a> <ul> <li><a href="#heading-2">1.1 Two [1]</a></li>'
        ' <li><a href="#sec-also">1.2 Also</a></li> </ul></li> <li><a href="#heading-5">2 Four</a></li>'
        ' <li><a href="#sec-references">References</a></li> <li><a href="#page:runs">Runs</a></li> </ul> </details>'
    )


def test_a_heading_before_the_first_section_stands_in_the_contents(page):
    text = page("## Two\n\n## Also\n\nx")
    assert re.findall(r'href="#([\w:-]+)"', text[text.index("<ul>") : text.index("</nav>")]) == [
        "heading-1", "heading-2", "page:runs",
    ]  # fmt: skip


CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)


@pytest.fixture
def opened(tmp_path):
    """`opened("page")` -> what a browser makes of it in a window as wide as a phone."""

    def call(text):
        if CHROMIUM is None:
            pytest.skip("no browser is here to open the page with")
        file = tmp_path / "page.html"
        file.write_text(text, encoding="utf-8")
        words = [CHROMIUM, "--headless", "--no-sandbox", "--disable-gpu", f"--user-data-dir={tmp_path / 'profile'}"]
        words += ["--window-size=390,800", "--dump-dom", file.as_uri()]
        return subprocess.run(words, capture_output=True, text=True, check=True, timeout=120).stdout

    return call


def test_a_browser_shows_it(page, opened):
    shown = opened(page(CODE + '\n<script>document.title = "run"</script>', works=WORKS))
    assert "<title>A title</title>" in shown
    assert "<math" in shown
    assert "</main>" in shown


def test_settings_of_a_run_can_be_read_on_a_phone(page, opened):
    measured = """<script>
        const cells = [...document.querySelectorAll(".facts td:nth-child(2)")].map(one => one.offsetWidth)
        document.title = `from ${Math.min(...cells)} of ${document.documentElement.scrollWidth}`
    </script></body>"""
    text = re.sub(r"<meta http-equiv.*?>", "", page()).replace("<details>", "<details open>")
    text = text.replace("</style>", "body { width: 240px }</style>")
    narrowest, whole = re.search(r"<title>from (\d+) of (\d+)", opened(text.replace("</body>", measured))).groups()
    assert int(narrowest) > 100
    assert int(whole) <= 500  # the least that a headless browser opens
