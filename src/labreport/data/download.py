"""One file from an ordered list of mirrors, checked against one digest.

What has arrived lies in FILE.part and is continued by an HTTP Range request: after a cut, in the next run, and from
the next mirror, since all mirrors serve the same bytes. FILE appears only when its digest fits.
"""

from __future__ import annotations

import os
import re
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from itertools import chain
from pathlib import Path

import requests
import urllib3
from tqdm import tqdm

from labreport.data.archives import has_digest
from labreport.errors import DownloadError

CHUNK_BYTES = 1 << 16
PASSING = {408, 425, 429, 500, 502, 503, 504}
HTML_START = re.compile(rb"\s*<(!doctype|html|head|\?xml)", re.IGNORECASE)


@dataclass(frozen=True)
class Patience:
    """When to try a mirror again, and when to give it up.

    Attributes:
        attempts: tries in a row, each bringing less than `min_bytes` of news, before the next mirror is asked.
        backoff_s: wait before the second try; it doubles for each further one.
        connect_s: longest wait for a connection.
        stall_s: a transfer that brings less than `min_bytes` in this time is stalled.
        min_bytes: the least that counts as getting on.
        max_bytes: the most that is taken; a mirror that sends more sends another file, perhaps without end.
    """

    attempts: int = 3
    backoff_s: float = 1.0
    connect_s: float = 15.0
    stall_s: float = 30.0
    min_bytes: int = 30_000
    max_bytes: int = 1 << 30


class _Refused(Exception):
    """This mirror does not have the file."""


class _Interrupted(Exception):
    """The transfer failed in a way that may pass."""


def download(urls: Sequence[str], digest: str, target: Path, patience: Patience | None = None) -> None:
    """Fetch `target` from the first mirror that delivers it; a file that is already right is left alone.

    Args:
        urls: mirrors in the order to try them.
        digest: `md5:HEX` or `sha256:HEX` of the whole file.
        target: where the file comes to lie; `target`.part keeps an unfinished transfer.
        patience: when to try again and when to give up.

    Raises:
        DownloadError: every mirror failed, or the folder cannot be written; says why for each.
    """
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        if has_digest(target, digest):
            return
        _from_mirrors(urls, digest, target, patience or Patience())
    except OSError as error:
        raise DownloadError(f"{error.filename or target}: cannot be written ({error.strerror or error})") from error


def _from_mirrors(urls: Sequence[str], digest: str, target: Path, patience: Patience) -> None:
    part = target.with_name(target.name + ".part")
    failures = []
    with requests.Session() as session:
        session.headers["Accept-Encoding"] = "identity"  # a length and a range count the file's own bytes
        for url in urls:
            print(f"downloading {target.name} from {url}", file=sys.stderr)
            try:
                _from_mirror(_Transfer(session, url, part, patience), digest)
            except (_Refused, _Interrupted) as error:
                print(f"  {error}", file=sys.stderr)
                failures.append(f"  {url}: {error}")
            else:
                os.replace(part, target)
                return
    raise DownloadError(
        "\n".join(
            [
                f"{target.name}: no mirror delivered it:",
                *failures,
                f"check the network and run again (what has arrived is kept and continued); or put {target.name} into "
                "a folder DIR and pass `--config raw=DIR`; or build the demo with `--config scale=demo`",
            ]
        )
    )


def _from_mirror(transfer: _Transfer, digest: str) -> None:
    """Complete `transfer.part` with the right content, or raise why this mirror cannot."""
    failed, furthest, patience = 0, transfer.size, transfer.patience
    while True:
        continued = transfer.size > 0
        try:
            transfer.receive()
            if has_digest(transfer.part, digest):
                return
            transfer.part.unlink()
            if not continued:
                raise _Refused(f"sent another file: its {digest.partition(':')[0]} does not fit")
            raise _Interrupted("what was continued here had begun with other bytes")
        except _Interrupted:
            # A connection that is cut again and again may still get there, but only by getting further.
            failed = 1 if transfer.size >= furthest + patience.min_bytes else failed + 1
            furthest = max(furthest, transfer.size)
            if failed >= patience.attempts:
                raise
            time.sleep(patience.backoff_s * 2 ** (failed - 1))


@dataclass(frozen=True)
class _Transfer:
    session: requests.Session
    url: str
    part: Path
    patience: Patience

    @property
    def size(self) -> int:
        """Bytes in the part file."""
        return self.part.stat().st_size if self.part.exists() else 0

    def receive(self) -> None:
        """Request what is missing and append it."""
        start = self.size
        headers = {"Range": f"bytes={start}-"} if start else {}
        timeout = (self.patience.connect_s, self.patience.stall_s)
        try:
            with closing(self.session.get(self.url, headers=headers, stream=True, timeout=timeout)) as response:
                self._accept(response, start)
        except (requests.exceptions.InvalidURL, requests.exceptions.InvalidSchema) as error:
            raise _Refused(f"is no address to download from ({error})") from error
        except requests.exceptions.TooManyRedirects as error:
            raise _Refused("redirects without end") from error
        except (requests.RequestException, urllib3.exceptions.HTTPError) as error:
            raise _Interrupted(_plain(error)) from error
        except ValueError as error:  # such as of a redirect to half an address
            raise _Refused(f"sent an answer that cannot be read ({error})") from error

    def _accept(self, response: requests.Response, start: int) -> None:
        status = response.status_code
        if status == 416 and start:
            self._compare_with_total(response, start)
            return
        if status in PASSING:
            raise _Interrupted(f"answered {status} {response.reason}")
        if status not in (200, 206):
            raise _Refused(f"answered {status} {response.reason}")
        if "html" in response.headers.get("Content-Type", "").lower():
            raise _Refused("sent a web page, not the file")
        if status == 206 and not response.headers.get("Content-Range", "").startswith(f"bytes {start}-"):
            self.part.unlink(missing_ok=True)
            raise _Interrupted("continued at another place than asked for")
        offset = start if status == 206 else 0
        length = response.headers.get("Content-Length", "")
        total = offset + int(length) if length.isdecimal() else None
        self._copy(response, offset, total)

    def _compare_with_total(self, response: requests.Response, start: int) -> None:
        """Nothing lies beyond `start`: either all is there, or the part is no part of this file."""
        if response.headers.get("Content-Range", "") != f"bytes */{start}":
            self.part.unlink()
            raise _Interrupted("has fewer bytes than had arrived; starting over")

    def _copy(self, response: requests.Response, offset: int, total: int | None) -> None:
        chunks = self._chunks(response)
        first = next(chunks, b"")  # before the part is opened, since an answer without the file must not empty it
        if not first:
            raise _Interrupted("sent nothing")
        if offset == 0 and HTML_START.match(first):
            raise _Refused("sent a web page, not the file")
        bar = tqdm(
            total=total,
            initial=offset,
            desc=self.part.stem,
            unit="B",
            unit_scale=True,
            leave=False,
            disable=None,  # drawn on a terminal only
        )
        received = offset
        with bar, open(self.part, "r+b" if offset else "wb") as file:
            file.seek(offset)
            for data in chain([first], chunks):
                received += len(data)
                if received > self.patience.max_bytes:
                    file.truncate(0)
                    raise _Refused(f"sent more than {self.patience.max_bytes:,} bytes, which is another file")
                file.write(data)
                bar.update(len(data))
        if total is not None and received < total:
            raise _Interrupted(f"the connection was cut after {received:,} of {total:,} bytes")

    def _chunks(self, response: requests.Response) -> Iterator[bytes]:
        """Pieces as they arrive; a trickle counts as a stall although no single read times out."""
        window_end, window_bytes = time.monotonic() + self.patience.stall_s, 0
        while data := response.raw.read1(CHUNK_BYTES):
            yield data
            window_bytes += len(data)
            if time.monotonic() > window_end:
                if window_bytes < self.patience.min_bytes:
                    raise _Interrupted(f"stalled: {window_bytes:,} bytes in {self.patience.stall_s:g} s")
                window_end, window_bytes = time.monotonic() + self.patience.stall_s, 0


def _plain(error: Exception) -> str:
    """What happened, without the layers of Python objects that requests prints."""
    texts = {
        requests.exceptions.ConnectTimeout: "did not answer in time",
        requests.exceptions.SSLError: "its certificate was not accepted",
        requests.exceptions.ProxyError: "the proxy refused",
        requests.exceptions.ReadTimeout: "stalled",
        requests.exceptions.ConnectionError: "could not be reached",
        urllib3.exceptions.ReadTimeoutError: "stalled",
        urllib3.exceptions.ProtocolError: "the connection was cut",
    }
    return next((text for kind, text in texts.items() if isinstance(error, kind)), f"{type(error).__name__}: {error}")
