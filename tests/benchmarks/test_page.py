from __future__ import annotations

from benchmarks.page import HEAD, with_section


def test_sections_follow_one_another_and_are_replaced_whole() -> None:
    page = with_section("", "startup", "1.2 s")
    page = with_section(page, "training", "1.06")
    assert page.startswith(HEAD)
    assert page.index("## startup") < page.index("## training")
    again = with_section(page, "startup", "3.4 s\n\nand more")
    assert again == page.replace("1.2 s", "3.4 s\n\nand more")
    assert with_section(again, "startup", "1.2 s") == page


def test_what_stands_outside_the_sections_is_kept() -> None:
    page = with_section(HEAD + "\nA remark.\n", "images", "2.9")
    assert "A remark.\n\n<!-- begin images -->\n## images\n\n2.9\n<!-- end images -->\n" in page
