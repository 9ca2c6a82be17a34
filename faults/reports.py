"""What an author brings that would harm: prose, templates, pictures, bibliographies; set as text, or one message."""

from __future__ import annotations

import io
import os
import struct
import zlib
from collections.abc import Callable, Mapping
from pathlib import Path
from random import Random

from PIL import Image

from faults import inert, texts
from faults.fault import Fault, Trial, in_turns
from faults.hostile_texts import SECRET
from labreport.documents.document import render
from labreport.errors import UserError

MOST_S = 60.0  # of a processor, pandoc's included: other work on the machine does not count
FORMS = ("html", "docx", "markdown")
PROSE = (
    '<script>alert(1)</script>', '<img src=x onerror="alert(1)">', '<span onclick="x">a</span>', '[a](javascript:x)',
    '[a](JaVaScRiPt:x)', '[a](data:text/html,x)', '<javascript:alert(1)>', '[a](https://x.invalid){onclick=x}',
    '::: {style="background:url(http://x.invalid)"}\na\n:::', '# A {onclick=x}', '`a`{onmouseover=x}',
    '``` {.python onclick=x}\na\n```', '[a]{.labfloat}', '`<w:fldSimple w:instr="DDEAUTO c:\\\\x"/>`{=openxml}',
    '{ INCLUDETEXT "/etc/passwd" } w:instrText', r'$\input{secret}$', r'$\write18{x}$', r'$^^5cinput{secret}$',
    r'$\href{javascript:x}{a}$', r'$\text{<script>alert(1)</script>}$', '![a](http://x.invalid/y.png)',
    '![a](data:image/svg+xml;base64,AAAA)', '<iframe src="http://x.invalid"></iframe>', '<!-- x --> a',
    'a\u202eb\u0007', 'a' * 10_000, r'\newcommand{\x}{\x\x}$\x$', '---\nheader-includes: <script>x</script>\n---\n\na',
)  # fmt: skip
TEMPLATES = (
    "{% for a in range(10**9) %}x{% endfor %}",
    "{% for a in range(9999) %}{% for b in range(99999) %}{% endfor %}{% endfor %}",
    "{{ 10 ** (10 ** 10) }}", "{{ 'a' * 10 ** 10 }}", "{{ 'a' | center(10 ** 10) }}", "{{ 'a' * 3000000 }}",
    "{% macro m() %}{{ m() }}{% endmacro %}{{ m() }}", "{% include 'en.md.j2' %}", "{% include '/etc/passwd' %}",
    "{% include '../../../../etc/passwd' %}", "{% import 'os' as os %}", "{{ ''.__class__.__mro__ }}",
    "{{ lipsum.__globals__ }}", "{{ cycler.__init__.__globals__.os.popen('id') }}", "{{ '>' * 3000 }} a",
    "{{ '[' * 20000 }}", "{{ '{0.__class__}'.format(1) }}", "{{ run.__globals__ }}", "{{ report.__class__ }}",
    "{% set n = namespace(s='a') %}{% for i in range(99) %}{% set n.s = n.s ~ n.s %}{% endfor %}",
)  # fmt: skip
GOOD = b"@misc{a, title={Title}, author={A B}, year={2020}}\n"
WORKS = (
    b"@misc{a, title={T", b'@misc{a, title="T}', b"@misc{title={T}}\n" + GOOD, GOOD * 2, GOOD + b" " * (10 << 20),
    b"@string{x = y}\n@string{y = x}\n@misc{a, title = x}", b"@misc{a, crossref={a}, title={T}}",
    b"@misc{a, title={T\xe4}}", GOOD.decode().encode("utf-16"), b"\0" * 99, b"@misc{a, title={T\0}}", b"%%{{" + GOOD,
    b"@misc{a, title={<script>alert(1)</script>}, url={javascript:alert(1)}}",
    b"@misc{a, title={\\input{/etc/passwd} \\write18{x}}, doi={\" onclick=x}}", b"@misc{a, title={" + b"{" * 5000,
)  # fmt: skip


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def _png(width: int, height: int) -> bytes:
    head = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + _chunk(b"IHDR", head) + _chunk(b"IDAT", zlib.compress(b"")) + _chunk(b"IEND", b"")


def _noise(form: str) -> bytes:
    file = io.BytesIO()
    Image.effect_noise((50, 50), 50).save(file, form)
    return file.getvalue()


SVG = b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'
PICTURES: Mapping[str, tuple[str, Callable[[Path], object]]] = {
    "../out.png": ("../out.png", lambda path: path.write_bytes(_noise("PNG"))),
    "/etc/passwd": ("/etc/passwd", lambda path: None),
    "link out": ("link.png", lambda path: path.symlink_to("/etc/passwd")),
    "link in a circle": ("link.png", lambda path: path.symlink_to(path.name)),
    "pipe": ("pipe.png", lambda path: os.mkfifo(path)),
    "100 megapixels": ("a.png", lambda path: path.write_bytes(_png(10_000, 10_000))),
    "4 exapixels": ("a.png", lambda path: path.write_bytes(_png(2**31 - 1, 2**31 - 1))),
    "no pixels": ("a.png", lambda path: path.write_bytes(_png(10, 10))),
    "half a PNG": ("a.png", lambda path: path.write_bytes(_noise("PNG")[:900])),
    "half a JPEG": ("a.jpg", lambda path: path.write_bytes(_noise("JPEG")[:700])),
    "JPEG called PNG": ("a.png", lambda path: path.write_bytes(_noise("JPEG"))),
    "SVG": ("a.svg", lambda path: path.write_bytes(SVG)),
    "SVG called PNG": ("a.png", lambda path: path.write_bytes(SVG)),
    "script called JPEG": ("a.jpg", lambda path: path.write_bytes(b"<script>alert(1)</script>")),
    "a long name": ("a" * 300 + ".png", lambda path: None),
}
# Kind, text of the template, bibliography, and a picture that lies beside it.
CASES = [
    *(("prose", text, b"", "") for text in PROSE),
    *(("template", text, b"", "") for text in TEMPLATES),
    *(("bibliography", "See [@a].", works, "") for works in WORKS),
    *(("picture", f"![Shown.]({name})", b"", key) for key, (name, _) in PICTURES.items()),
]


def run(count: int, folder: Path, rng: Random) -> Fault:
    """Every case in the three forms that no TeX is needed for."""
    chosen = in_turns(CASES, count, rng)
    trials = [trial(*case, folder / str(number), FORMS[number % len(FORMS)]) for number, case in enumerate(chosen)]
    return Fault.of("hostile prose, template, picture or bibliography of a report's own", trials)


def trial(kind: str, text: str, works: bytes, picture: str, folder: Path, form: str) -> Trial:
    """One report: what it is refused with, or what is in it beside text."""
    spec = {**texts.write([], folder, "en"), "form": form}
    template = Path(spec["template"])
    template.write_text(f"# A\n\n{text}\n", encoding="utf-8")
    (template.parent / "references.bib").write_bytes(works)
    if picture:
        name, make = PICTURES[picture]
        make(template.parent / name)
    what, begun = f"{kind} {picture or (works or text)[:60]!r} as {form}", sum(os.times()[:4])
    try:
        data = render(template, form, "en", spec, texts.STATE).data
    except UserError as error:
        said = str(error)
        clear = said.isprintable() and len(said) < 1000
        fault = None if clear else f"unclear: {said[:300]!r}"
    except BaseException as error:
        fault = f"{type(error).__name__}: {error}"[:300]
    else:
        if found := harm(data, form):
            return Trial(False, f"{what}: {', '.join(found[:3])}", executed=True)
        fault = "a picture that is none was set" if kind == "picture" else None
    took = sum(os.times()[:4]) - begun
    return Trial.judged(what, fault or (f"took {took:.0f} s" if took > MOST_S else None), lost=False)


def harm(data: bytes, form: str) -> list[str]:
    """What is in a finished report beside text."""
    if form == "docx":
        found, words = inert.word_file(data)
    elif form == "html":
        page = inert.Page(data.decode())
        found, words = page.found, "".join(page.words)
    else:
        words = data.decode()
        found = [one for one in texts.active(words) if not one.startswith(("Math", "Link [['', [], []]"))]
        found += [one for one in ("](javascript:", "](data:") if one in words.lower()]
    return found + [f"{SECRET} was read"] * (SECRET in words) + ["/etc/passwd was read"] * ("root:x:" in words)
