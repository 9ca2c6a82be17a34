"""Archives unpacked with the filters of a later Python and without them."""

import io
import tarfile

import pytest

from labreport.unpacking import extract


@pytest.fixture(params=["filters", "none"])
def python(request, monkeypatch):
    """A Python that has filters, and one that has none, such as Debian 12's."""
    if request.param == "none":
        monkeypatch.delattr(tarfile, "data_filter", raising=False)
    elif not hasattr(tarfile, "data_filter"):
        pytest.skip("this Python has no filters")


def archive(*members):
    """A tar with a file, and members of (name, type, link)."""
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w") as tar:
        good = tarfile.TarInfo("in/a.txt")
        good.size = 2
        tar.addfile(good, io.BytesIO(b"ok"))
        for name, kind, link in members:
            member = tarfile.TarInfo(name)
            member.type, member.linkname = kind, link
            tar.addfile(member)
    packed.seek(0)
    return tarfile.open(fileobj=packed)


def test_files_and_links_inside_are_unpacked(python, tmp_path):
    with archive(("in/b.txt", tarfile.SYMTYPE, "a.txt")) as tar:
        extract(tar, tmp_path / "new")
    assert (tmp_path / "new/in/b.txt").read_text() == "ok"


@pytest.mark.parametrize(
    "member",
    [
        ("../out.txt", tarfile.REGTYPE, ""),
        ("in/../../out.txt", tarfile.REGTYPE, ""),
        ("in/out", tarfile.SYMTYPE, "../../out"),
        ("in/out", tarfile.SYMTYPE, "/etc/passwd"),
        ("in/out", tarfile.LNKTYPE, "../out"),
        ("in/pipe", tarfile.FIFOTYPE, ""),
        ("in/device", tarfile.CHRTYPE, ""),
    ],
)
def test_what_leads_out_or_is_no_file_is_refused(python, tmp_path, member):
    with archive(member) as tar, pytest.raises(tarfile.TarError):
        extract(tar, tmp_path / "new")
    assert not (tmp_path / "out.txt").exists()


def test_links_that_lead_out_together_are_refused(python, tmp_path):
    links = [("here", tarfile.SYMTYPE, "."), ("up", tarfile.SYMTYPE, "here/.."), ("up/out.txt", tarfile.REGTYPE, "")]
    with archive(*links) as tar, pytest.raises(tarfile.TarError):
        extract(tar, tmp_path / "new")
    assert not (tmp_path / "out.txt").exists()
