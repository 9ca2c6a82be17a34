"""A local server whose every address misbehaves in its own way: what mirrors, proxies and their failures send."""

from __future__ import annotations

import hashlib
import socket
import struct
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from labreport.data.download import Patience

CONTENT = bytes(range(256)) * 800
DIGEST = "md5:" + hashlib.md5(CONTENT, usedforsecurity=False).hexdigest()
QUICK = Patience(attempts=3, backoff_s=0.01, connect_s=1, stall_s=0.3, min_bytes=1000, max_bytes=4 * len(CONTENT))
ARCHIVE = "application/x-gzip"

Behaviour = Callable[[BaseHTTPRequestHandler, int], object]
"""Answers a request for the bytes from a place on."""


@dataclass
class Mirrors:
    """Behaviours by path, and the requests that came: (path, Range header or None)."""

    base: str = ""
    behaviours: dict[str, Behaviour] = field(default_factory=dict)
    requests: list[tuple[str, str | None]] = field(default_factory=list)

    def url(self, name: str, behaviour: Behaviour) -> str:
        """The address of a mirror that behaves like that."""
        self.behaviours[f"/{name}"] = behaviour
        return f"{self.base}/{name}"


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that hangs up is what these mirrors provoke."""


@contextmanager
def served() -> Iterator[Mirrors]:
    """A server on this machine, for as long as the block lasts."""
    mirrors = Mirrors()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked = self.headers.get("Range")
            mirrors.requests.append((self.path, asked))
            start = int(asked.removeprefix("bytes=").removesuffix("-")) if asked else 0
            mirrors.behaviours[self.path.partition("?")[0]](self, start)

        def log_message(self, *arguments: object) -> None:
            """Nothing: the requests are kept."""

    with _Server(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
        mirrors.base = f"http://127.0.0.1:{server.server_address[1]}"
        yield mirrors
        server.shutdown()


def send(handler: BaseHTTPRequestHandler, data: bytes, start: int = 0, stop: int | None = None, **headers: str) -> None:
    """Answer with `data` from `start` on, cut at `stop`; `headers` (`_` for `-`) replace the right ones."""
    if start >= len(data) and start:
        answer(handler, 416, Content_Range=f"bytes */{len(data)}", Content_Length="0")
        return
    right = {"Content_Length": str(len(data) - start), "Content_Type": ARCHIVE}
    if start:
        right["Content_Range"] = f"bytes {start}-{len(data) - 1}/{len(data)}"
    answer(handler, 206 if start else 200, **{**right, **headers})
    handler.wfile.write(data[start:stop])


def answer(handler: BaseHTTPRequestHandler, code: int, **headers: str) -> None:
    """A status line and headers; empty ones are left out."""
    handler.send_response(code)
    for name, value in headers.items():
        if value:
            handler.send_header(name.replace("_", "-"), value)
    handler.end_headers()


def whole(handler: BaseHTTPRequestHandler, start: int) -> None:
    """As a good mirror answers."""
    send(handler, CONTENT, start)


def whole_ignoring_range(handler: BaseHTTPRequestHandler, start: int) -> None:
    """All of the file, whatever was asked for."""
    send(handler, CONTENT)


def cut_after(size: int) -> Behaviour:
    """The connection ends early."""
    return lambda handler, start: send(handler, CONTENT, start, start + size)


def reset_after(size: int) -> Behaviour:
    """The connection is reset, as by a firewall."""

    def behaviour(handler: BaseHTTPRequestHandler, start: int) -> None:
        send(handler, CONTENT, start, start + size)
        handler.wfile.flush()
        handler.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        handler.connection.close()

    return behaviour


def status(code: int) -> Behaviour:
    """An answer without the file."""
    return lambda handler, start: handler.send_error(code)


def page(handler: BaseHTTPRequestHandler, start: int) -> None:
    """What a captive portal answers."""
    send(handler, b"<!DOCTYPE html><title>sign in</title>", Content_Type="text/html; charset=utf-8")


def page_called_an_archive(handler: BaseHTTPRequestHandler, start: int) -> None:
    """The same, by a portal that says otherwise."""
    send(handler, b"\n<html><title>sign in</title></html>")


def altered(place: int = len(CONTENT) - 1) -> Behaviour:
    """One byte differs."""
    return with_headers(CONTENT[:place] + bytes([CONTENT[place] ^ 0x40]) + CONTENT[place + 1 :])


def silent(handler: BaseHTTPRequestHandler, start: int) -> None:
    """No answer within the time that is waited."""
    time.sleep(0.5)


def trickling(handler: BaseHTTPRequestHandler, start: int) -> None:
    """A few bytes often enough that no single read times out."""
    send(handler, CONTENT, start, start + 100)
    for place in range(start + 100, start + 140):
        time.sleep(0.02)
        try:
            handler.wfile.write(CONTENT[place : place + 1])
        except OSError:
            return


def endless(handler: BaseHTTPRequestHandler, start: int) -> None:
    """Bytes without a length and without an end."""
    answer(handler, 200, Content_Type=ARCHIVE)
    for _ in range(100):
        handler.wfile.write(CONTENT)


def redirect(location: str) -> Behaviour:
    """To another address; the mirror's own base stands for `{base}`, the path that was asked for for `{path}`."""

    def behaviour(handler: BaseHTTPRequestHandler, start: int) -> None:
        host, port = handler.server.server_address[:2]
        place = location.format(base=f"http://{host!s}:{port}", path=handler.path)
        answer(handler, 302, Location=place, Content_Length="0")

    return behaviour


def raw(data: bytes) -> Behaviour:
    """Something that need not be HTTP."""
    return lambda handler, start: handler.wfile.write(data)


def in_turn(*behaviours: Behaviour) -> Behaviour:
    """One after the other, the last one for ever."""
    left = list(behaviours)
    return lambda handler, start: (left.pop(0) if len(left) > 1 else left[0])(handler, start)


def elsewhere(shift: int, **headers: str) -> Behaviour:
    """A part that begins at another place than was asked for."""
    return lambda handler, start: send(handler, CONTENT, max(1, start + shift), None, **headers)


def with_headers(data: bytes = CONTENT, **headers: str) -> Behaviour:
    """A file, under headers that need not fit it."""
    return lambda handler, start: send(handler, data, start, None, **headers)


# What no download may take for the file: where every byte that it sends is right, and where not.
HONEST: Mapping[str, Behaviour] = {
    **{str(code): status(code) for code in (404, 403, 410, 429, 500, 503, 204, 304)},
    "page": page,
    "page called an archive": page_called_an_archive,
    "silent": silent,
    "trickling": trickling,
    "no length": with_headers(Content_Length=""),
    "two lengths": with_headers(Content_Length="5, 6"),
    "length of letters": with_headers(Content_Length="many"),
    "said to be zipped": with_headers(Content_Encoding="gzip"),
    "chunks that are none": with_headers(Transfer_Encoding="chunked", Content_Length=""),
    "redirect to itself": redirect("{base}{path}"),
    "redirect without end": redirect("{base}{path}?x"),
    "redirect to a file": redirect("file:///etc/passwd"),
    "redirect to half an address": redirect("http://[::1"),
    "redirect to no host": redirect("http:///x"),
    "redirect to a long host": redirect("http://" + "a" * 300 + ".invalid/"),
    "redirect to no port": redirect("http://127.0.0.1:99999/"),
    "no HTTP": raw(b"\x16\x03\x01\x00\x00" * 40),
    "nothing": raw(b""),
    "long headers": raw(b"HTTP/1.0 200 OK\r\nX: " + b"x" * 70_000 + b"\r\n\r\n"),
    "many headers": raw(b"HTTP/1.0 200 OK\r\n" + b"X: y\r\n" * 200 + b"\r\n"),
}
WRONG: Mapping[str, Behaviour] = {
    "endless": endless,
    "empty": with_headers(b""),
    "always 416": status(416),
    "longer": with_headers(CONTENT + b"more"),
    "shorter": with_headers(CONTENT[:-7]),
    "longer than stated": with_headers(Content_Length="70000"),
    "shorter than stated": with_headers(Content_Length="900000"),
    "another place": elsewhere(5),
    "another place, called the right one": elsewhere(-5, Content_Range="bytes 1000-204799/204800"),
    "no range stated": with_headers(Content_Range=""),
}
