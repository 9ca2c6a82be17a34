"""Mirrors that misbehave, played by a local server."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import replace
from http.server import BaseHTTPRequestHandler
from pathlib import Path

import pytest

from faults.mirrors import (
    CONTENT,
    DIGEST,
    QUICK,
    Behaviour,
    Mirrors,
    altered,
    cut_after,
    endless,
    in_turn,
    page,
    page_called_an_archive,
    redirect,
    send,
    served,
    silent,
    status,
    trickling,
    whole,
    whole_ignoring_range,
    with_headers,
)
from labreport.data.download import download
from labreport.errors import DownloadError


@pytest.fixture
def mirrors() -> Iterator[Mirrors]:
    with served() as every:
        yield every


def part_of(target: Path) -> Path:
    return target.with_name(target.name + ".part")


def test_whole_file_in_one_request(mirrors: Mirrors, tmp_path: Path) -> None:
    target = tmp_path / "raw" / "set.tar.gz"
    download([mirrors.url("a", whole)], DIGEST, target, QUICK)
    assert target.read_bytes() == CONTENT
    assert [path.name for path in target.parent.iterdir()] == ["set.tar.gz"]


def test_file_that_is_right_is_not_fetched_again(mirrors: Mirrors, tmp_path: Path) -> None:
    target = tmp_path / "set.tar.gz"
    target.write_bytes(CONTENT)
    download([mirrors.url("a", status(500))], DIGEST, target, QUICK)
    assert mirrors.requests == []


def test_wrong_file_is_replaced_only_by_the_right_one(mirrors: Mirrors, tmp_path: Path) -> None:
    target = tmp_path / "set.tar.gz"
    target.write_bytes(b"older")
    with pytest.raises(DownloadError):
        download([mirrors.url("a", altered())], DIGEST, target, QUICK)
    assert target.read_bytes() == b"older"
    download([mirrors.url("b", whole)], DIGEST, target, QUICK)
    assert target.read_bytes() == CONTENT


def test_cut_connection_is_continued_where_it_broke(mirrors: Mirrors, tmp_path: Path) -> None:
    target = tmp_path / "set.tar.gz"
    download([mirrors.url("a", cut_after(70_000))], DIGEST, target, QUICK)
    assert target.read_bytes() == CONTENT
    assert [asked for _, asked in mirrors.requests] == [None, "bytes=70000-", "bytes=140000-"]


def test_many_cuts_do_not_exhaust_attempts_while_it_gets_further(mirrors: Mirrors, tmp_path: Path) -> None:
    download([mirrors.url("a", cut_after(9000))], DIGEST, tmp_path / "f", replace(QUICK, attempts=2))
    assert len(mirrors.requests) == -(-len(CONTENT) // 9000) > 10


def test_a_mirror_that_got_somewhere_and_no_further_is_given_up(mirrors: Mirrors, tmp_path: Path) -> None:
    stuck = in_turn(cut_after(9000), *[status(503)] * 3, whole)
    with pytest.raises(DownloadError, match="answered 503"):
        download([mirrors.url("a", stuck)], DIGEST, tmp_path / "f", QUICK)
    assert len(mirrors.requests) == QUICK.attempts


def test_a_slow_mirror_that_gets_on_is_no_stalled_one(mirrors: Mirrors, tmp_path: Path) -> None:
    piece = QUICK.min_bytes - 1

    def slow(handler: BaseHTTPRequestHandler, start: int) -> None:
        send(handler, CONTENT, start, start + piece)
        for number in range(1, 12):
            time.sleep(QUICK.stall_s / 5)
            handler.wfile.write(CONTENT[start + number * piece : start + (number + 1) * piece])
        handler.wfile.write(CONTENT[start + 12 * piece :])

    download([mirrors.url("a", slow)], DIGEST, tmp_path / "f", QUICK)
    assert len(mirrors.requests) == 1


def test_next_run_and_next_mirror_continue_the_part(mirrors: Mirrors, tmp_path: Path) -> None:
    target = tmp_path / "set.tar.gz"
    part_of(target).write_bytes(CONTENT[:1234])
    download([mirrors.url("a", status(404)), mirrors.url("b", whole)], DIGEST, target, QUICK)
    assert target.read_bytes() == CONTENT
    assert mirrors.requests == [("/a", "bytes=1234-"), ("/b", "bytes=1234-")]


def test_server_without_ranges_starts_over(mirrors: Mirrors, tmp_path: Path) -> None:
    target = tmp_path / "set.tar.gz"
    part_of(target).write_bytes(b"from another time, and longer than nothing")
    download([mirrors.url("a", whole_ignoring_range)], DIGEST, target, QUICK)
    assert target.read_bytes() == CONTENT
    assert len(mirrors.requests) == 1


@pytest.mark.parametrize("length", [10, len(CONTENT), len(CONTENT) + 5], ids=["shorter", "as long", "longer"])
def test_part_with_other_content_is_thrown_away_once(mirrors: Mirrors, tmp_path: Path, length: int) -> None:
    target = tmp_path / "set.tar.gz"
    part_of(target).write_bytes(b"?" * length)
    download([mirrors.url("a", whole)], DIGEST, target, QUICK)
    assert target.read_bytes() == CONTENT
    assert [asked for _, asked in mirrors.requests] == [f"bytes={length}-", None]


def test_complete_part_is_taken_when_nothing_is_left_to_send(mirrors: Mirrors, tmp_path: Path) -> None:
    target = tmp_path / "set.tar.gz"
    part_of(target).write_bytes(CONTENT)
    download([mirrors.url("a", whole)], DIGEST, target, QUICK)
    assert target.read_bytes() == CONTENT
    assert len(mirrors.requests) == 1


def test_server_that_always_answers_416_is_given_up(mirrors: Mirrors, tmp_path: Path) -> None:
    target = tmp_path / "set.tar.gz"
    part_of(target).write_bytes(b"?" * 10)
    with pytest.raises(DownloadError, match="answered 416"):
        download([mirrors.url("a", status(416))], DIGEST, target, QUICK)
    assert len(mirrors.requests) <= 2


@pytest.mark.parametrize(
    ("behaviour", "reason", "tries"),
    [
        (status(404), "answered 404 Not Found", 1),
        (status(403), "answered 403 Forbidden", 1),
        (status(500), "answered 500 Internal Server Error", QUICK.attempts),
        (status(503), "answered 503 Service Unavailable", QUICK.attempts),
        (page, "sent a web page", 1),
        (page_called_an_archive, "sent a web page", 1),
        (altered(), "its md5 does not fit", 1),
        (silent, "stalled", QUICK.attempts),
        (trickling, "stalled: ", QUICK.attempts),
        (with_headers(Content_Length="5, 6"), "InvalidHeader: Content-Length", QUICK.attempts),
    ],
    ids=["404", "403", "500", "503", "page", "page called an archive", "altered", "silent", "trickling", "lengths"],
)
def test_bad_mirror_is_passed_over_and_named(
    mirrors: Mirrors, tmp_path: Path, behaviour: Behaviour, reason: str, tries: int
) -> None:
    target = tmp_path / "set.tar.gz"
    bad = mirrors.url("bad", behaviour)
    with pytest.raises(DownloadError) as caught:
        download([bad], DIGEST, target, QUICK)
    message = str(caught.value)
    assert f"{bad}: " in message
    assert reason in message
    assert "--config raw=DIR" in message
    assert "scale=demo" in message
    assert not target.exists()
    assert len(mirrors.requests) == tries

    download([bad, mirrors.url("good", whole)], DIGEST, target, QUICK)
    assert target.read_bytes() == CONTENT


@pytest.mark.parametrize(
    ("code", "passes"),
    [*((code, True) for code in (408, 425, 429, 502, 504)), *((code, False) for code in (401, 410, 501, 505))],
)
def test_what_may_pass_is_tried_again(mirrors: Mirrors, tmp_path: Path, code: int, passes: bool) -> None:
    """Time-outs, too many requests and what a server behind the one that answers does not give just now."""
    with pytest.raises(DownloadError, match=f"answered {code}"):
        download([mirrors.url("bad", status(code))], DIGEST, tmp_path / "set.tar.gz", QUICK)
    assert len(mirrors.requests) == (QUICK.attempts if passes else 1)


def test_all_mirrors_are_named_when_none_delivers(mirrors: Mirrors, tmp_path: Path) -> None:
    closed = "http://127.0.0.1:9/set.tar.gz"  # the discard port, where nothing listens
    with pytest.raises(DownloadError) as caught:
        download([mirrors.url("a", status(404)), closed], DIGEST, tmp_path / "set.tar.gz", QUICK)
    lines = str(caught.value).splitlines()
    assert lines[1].endswith("/a: answered 404 Not Found")
    assert lines[2] == f"  {closed}: could not be reached"


def test_unwritable_folder_is_named(mirrors: Mirrors, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(DownloadError, match=r"file.*cannot be written"):
        download([mirrors.url("a", whole)], DIGEST, tmp_path / "file" / "set.tar.gz", QUICK)


def test_no_bar_without_a_terminal(mirrors: Mirrors, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    url = mirrors.url("a", whole)
    download([url], DIGEST, tmp_path / "set.tar.gz", QUICK)
    captured = capsys.readouterr()
    assert captured.err == f"downloading set.tar.gz from {url}\n"
    assert captured.out == ""


@pytest.mark.parametrize("behaviour", [page_called_an_archive, silent, with_headers(b"")])
def test_an_answer_without_the_file_leaves_what_had_arrived(
    mirrors: Mirrors, tmp_path: Path, behaviour: Behaviour
) -> None:
    target = tmp_path / "set.tar.gz"
    part_of(target).write_bytes(CONTENT[:5000])
    with pytest.raises(DownloadError):
        download([mirrors.url("a", lambda handler, start: behaviour(handler, 0))], DIGEST, target, QUICK)
    assert part_of(target).read_bytes() == CONTENT[:5000]


def test_a_file_without_end_is_not_kept(mirrors: Mirrors, tmp_path: Path) -> None:
    target = tmp_path / "set.tar.gz"
    with pytest.raises(DownloadError, match=f"sent more than {QUICK.max_bytes:,} bytes"):
        download([mirrors.url("a", endless)], DIGEST, target, QUICK)
    assert part_of(target).stat().st_size == 0


@pytest.mark.parametrize(
    ("location", "reason"),
    [
        ("{base}{path}", "redirects without end"),
        ("file:///etc/passwd", "is no address to download from"),
        ("http://[::1", "an answer that cannot be read"),
    ],
)
def test_a_redirect_to_nothing_is_named(mirrors: Mirrors, tmp_path: Path, location: str, reason: str) -> None:
    with pytest.raises(DownloadError, match=reason):
        download([mirrors.url("a", redirect(location))], DIGEST, tmp_path / "set.tar.gz", QUICK)
    assert not (tmp_path / "set.tar.gz").exists()
