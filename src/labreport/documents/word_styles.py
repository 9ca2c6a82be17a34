"""The reference document of Word files: pandoc's own with the fonts, captions, tables and pages of a report."""

from __future__ import annotations

import io
import subprocess
from xml.etree import ElementTree

import pypandoc

from labreport.documents.zips import packed, unpacked

NAMESPACE = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
W = f"{{{NAMESPACE}}}"
LATIN, MONOSPACED = "Times New Roman", "Consolas"
# Language -> fonts of Chinese text and of its headings, half points of the text.
EAST_ASIAN = {"zh": ("SimSun", "SimHei", 21), "en": ("SimSun", "SimHei", 22)}
_HEADING = (
    '<w:keepNext/><w:keepLines/><w:spacing w:before="{0}" w:after="{1}"/><w:jc w:val="left"/>'
    '<w:outlineLvl w:val="{2}"/>'
)
# Style of pandoc's -> paragraph properties and properties of its characters.
CHANGED = {
    "BodyText": ('<w:spacing w:before="60" w:after="100" w:line="276" w:lineRule="auto"/><w:jc w:val="both"/>', ""),
    "Title": ('<w:spacing w:before="0" w:after="120"/><w:jc w:val="center"/>', '{heading}<w:b/><w:sz w:val="36"/>'),
    "Subtitle": ('<w:spacing w:before="0" w:after="120"/><w:jc w:val="center"/>', '<w:b w:val="0"/><w:sz w:val="24"/>'),
    "Author": ('<w:spacing w:before="60" w:after="60"/><w:jc w:val="center"/>', '<w:b w:val="0"/><w:sz w:val="22"/>'),
    "Date": ('<w:spacing w:before="0" w:after="240"/><w:jc w:val="center"/>', '<w:b w:val="0"/><w:sz w:val="20"/>'),
    "Heading1": (_HEADING.format(320, 120, 0), '{heading}<w:b/><w:color w:val="000000"/><w:sz w:val="30"/>'),
    "Heading2": (_HEADING.format(240, 80, 1), '{heading}<w:b/><w:color w:val="000000"/><w:sz w:val="25"/>'),
    "Heading3": (_HEADING.format(180, 60, 2), '{heading}<w:b/><w:color w:val="000000"/><w:sz w:val="22"/>'),
    "Heading4": (_HEADING.format(120, 60, 3), '{heading}<w:b/><w:color w:val="000000"/><w:sz w:val="22"/>'),
    "Caption": ('<w:spacing w:before="80" w:after="80"/><w:jc w:val="both"/>', '<w:sz w:val="19"/>'),
    "TableCaption": ('<w:keepNext/><w:keepLines/><w:spacing w:before="200" w:after="80"/>', ""),
    "ImageCaption": ('<w:keepLines/><w:spacing w:before="60" w:after="200"/>', ""),
    "CaptionedFigure": ('<w:keepNext/><w:spacing w:before="160" w:after="40"/><w:jc w:val="center"/>', ""),
    "Bibliography": ('<w:spacing w:after="80"/><w:ind w:left="480" w:hanging="480"/>', '<w:sz w:val="20"/>'),
    "VerbatimChar": ("", '<w:rFonts w:ascii="{mono}" w:hAnsi="{mono}" w:eastAsia="{chinese}"/><w:sz w:val="19"/>'),
    "Hyperlink": ("", '<w:color w:val="1F3F77"/>'),
    "FootnoteText": ('<w:spacing w:before="0" w:after="40"/>', '<w:sz w:val="18"/>'),
}  # fmt: skip
_RULES = "".join(f'<w:{side} w:val="single" w:sz="8" w:space="0" w:color="000000"/>' for side in ("top", "bottom"))
_NO_MARGIN = "".join(f'<w:{side} w:w="0" w:type="dxa"/>' for side in ("top", "left", "bottom", "right"))
_CELL = '<w:tblCellMar><w:left w:w="70" w:type="dxa"/><w:right w:w="70" w:type="dxa"/></w:tblCellMar>'
_THIN = '<w:tcBorders><w:bottom w:val="single" w:sz="4" w:space="0" w:color="000000"/></w:tcBorders>'
# Styles that pandoc has not: id -> kind, name, what it is based on, its properties.
ADDED = {
    "TableText": ("paragraph", "Table Text", "Normal",
                  '<w:pPr><w:spacing w:before="20" w:after="20"/></w:pPr><w:rPr><w:sz w:val="18"/></w:rPr>'),
    "TableTextKept": ("paragraph", "Table Text Kept", "TableText", "<w:pPr><w:keepNext/></w:pPr>"),
    "TableNote": ("paragraph", "Table Note", "Normal",
                  '<w:pPr><w:spacing w:before="60" w:after="200"/></w:pPr><w:rPr><w:sz w:val="17"/></w:rPr>'),
    "Notice": ("paragraph", "Notice", "BodyText",
               '<w:pPr><w:pBdr><w:left w:val="single" w:sz="24" w:space="8" w:color="7F7F7F"/></w:pBdr></w:pPr>'
               "<w:rPr><w:b/></w:rPr>"),
    "Algorithm": ("paragraph", "Algorithm", "Normal",
                  f'<w:pPr><w:keepLines/><w:pBdr>{_RULES}</w:pBdr><w:spacing w:before="0" w:after="0" w:line="276" '
                  'w:lineRule="auto"/><w:jc w:val="left"/></w:pPr><w:rPr><w:sz w:val="20"/></w:rPr>'),
    "AlgorithmKept": ("paragraph", "Algorithm Kept", "Algorithm", "<w:pPr><w:keepNext/></w:pPr>"),
    "SourceCode": ("paragraph", "Source Code", "Normal",
                   '<w:pPr><w:shd w:val="clear" w:fill="F5F5F5"/><w:wordWrap w:val="0"/><w:spacing w:before="0" '
                   'w:after="160"/><w:jc w:val="left"/></w:pPr>'
                   '<w:rPr><w:rFonts w:ascii="{mono}" w:hAnsi="{mono}" w:eastAsia="{chinese}"/><w:sz w:val="16"/>'
                   "</w:rPr>"),
    "Cover": ("paragraph", "Cover", "Normal",
              '<w:pPr><w:spacing w:before="0" w:after="160"/><w:jc w:val="center"/></w:pPr>'
              '<w:rPr><w:sz w:val="24"/></w:rPr>'),
    "CoverSpace": ("paragraph", "Cover Space", "Normal", '<w:pPr><w:spacing w:before="0" w:after="2000"/></w:pPr>'),
    "Footer": ("paragraph", "footer", "Normal",
               '<w:pPr><w:jc w:val="center"/></w:pPr><w:rPr><w:sz w:val="18"/></w:rPr>'),
    "ThreeRules": ("table", "Three Rules", "Table",
                   f'<w:tblPr><w:jc w:val="center"/><w:tblBorders>{_RULES}</w:tblBorders>{_CELL}</w:tblPr>'
                   f'<w:tblStylePr w:type="firstRow"><w:rPr><w:b/></w:rPr><w:tcPr>{_THIN}<w:vAlign w:val="bottom"/>'
                   "</w:tcPr></w:tblStylePr>"),
    "Borderless": ("table", "Borderless", "Table",
                   f'<w:tblPr><w:jc w:val="center"/><w:tblCellMar>{_NO_MARGIN}</w:tblCellMar></w:tblPr>'
                   '<w:tcPr><w:vAlign w:val="center"/></w:tcPr>'
                   '<w:tblStylePr w:type="firstRow"><w:tcPr><w:vAlign w:val="center"/></w:tcPr></w:tblStylePr>'),
}  # fmt: skip
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PAGE = (
    f'<w:footerReference xmlns:r="{_OFFICE}" w:type="default" r:id="rIdFooter"/>'
    '<w:pgSz w:w="11906" w:h="16838"/><w:pgMar w:top="1417" w:right="1417" w:bottom="1417" w:left="1417" '
    'w:header="708" w:footer="708" w:gutter="0"/></w:sectPr>'
)
_FOOTER = (
    f'<?xml version="1.0" encoding="UTF-8"?>\n<w:ftr xmlns:w="{NAMESPACE}"><w:p>'
    '<w:pPr><w:pStyle w:val="Footer"/></w:pPr>'
    '<w:fldSimple w:instr=" PAGE "><w:r><w:t>1</w:t></w:r></w:fldSimple></w:p></w:ftr>'
)
_MAIN = "application/vnd.openxmlformats-officedocument.wordprocessingml"


def reference(lang: str) -> bytes:
    """A document whose styles and pages pandoc takes over.

    Args:
        lang: `zh` or `en`.
    """
    words = [pypandoc.get_pandoc_path(), "--print-default-data-file", "reference.docx"]
    parts = unpacked(subprocess.run(words, capture_output=True, check=True).stdout)
    parts["word/styles.xml"] = _styles(parts["word/styles.xml"], lang)
    parts["word/footer1.xml"] = _FOOTER.encode()
    footer = f'<Override PartName="/word/footer1.xml" ContentType="{_MAIN}.footer+xml"/></Types>'
    related = f'<Relationship Type="{_OFFICE}/footer" Id="rIdFooter" Target="footer1.xml"/></Relationships>'
    for name, end, instead in (
        ("[Content_Types].xml", "</Types>", footer),
        ("word/_rels/document.xml.rels", "</Relationships>", related),
        ("word/document.xml", "</w:sectPr>", _PAGE),
    ):
        parts[name] = parts[name].decode().replace(end, instead).encode()
    return packed(parts)


def _styles(xml: bytes, lang: str) -> bytes:
    for _, (prefix, uri) in ElementTree.iterparse(io.BytesIO(xml), events=["start-ns"]):
        ElementTree.register_namespace(prefix, uri)
    root = ElementTree.fromstring(xml)
    chinese, chinese_heading, size = EAST_ASIAN[lang]
    latin = f'<w:rFonts w:ascii="{LATIN}" w:hAnsi="{LATIN}" w:cs="{LATIN}" w:eastAsia='
    fonts = {"mono": MONOSPACED, "chinese": chinese, "heading": f'{latin}"{chinese_heading}"/>'}
    default = root.find(f"{W}docDefaults/{W}rPrDefault/{W}rPr")
    if default is not None:
        _replace(default, f'{latin}"{chinese}"/><w:sz w:val="{size}"/><w:szCs w:val="{size}"/>'
                          '<w:lang w:val="en-US" w:eastAsia="zh-CN" w:bidi="ar-SA"/>')  # fmt: skip
    for style in root.iter(f"{W}style"):
        changed = CHANGED.get(style.get(f"{W}styleId", ""), ("", ""))
        for tag, text in zip(("pPr", "rPr"), changed, strict=True):
            if text or (any(changed) and style.find(f"{W}{tag}") is not None):
                found = style.find(f"{W}{tag}")
                found = ElementTree.SubElement(style, f"{W}{tag}") if found is None else found
                _replace(found, text.format(**fonts))
    for name, (kind, title, based, inner) in ADDED.items():
        new = f'<w:name w:val="{title}"/><w:basedOn w:val="{based}"/><w:qFormat/>{inner.format(**fonts)}'
        style = ElementTree.SubElement(
            root, f"{W}style", {f"{W}type": kind, f"{W}customStyle": "1", f"{W}styleId": name}
        )
        _replace(style, new)
    changed_xml: bytes = ElementTree.tostring(root, encoding="UTF-8", xml_declaration=True)
    return changed_xml


def _replace(element: ElementTree.Element, inner: str) -> None:
    """Give an element other children."""
    element[:] = list(ElementTree.fromstring(f'<w:x xmlns:w="{NAMESPACE}">{inner}</w:x>'))
