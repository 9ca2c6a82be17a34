"""tools/ensure-tex and tools/apt-install on machines made of stubs, and on this one."""

from __future__ import annotations

import subprocess

import pytest

from tests.setup.locked import ROOT

# kpsewhich knows the files listed in the project's texmf; apt-get install puts all there.
KPSEWHICH = 'grep -x "$1" texmf'
APT_GET = """\
case "$*" in *install*)
    for name in latexmk xelatex; do printf '#!/bin/sh\\n' >"{bin}/$name"; chmod +x "{bin}/$name"; done
    printf 'ctexart.cls\\nFandolSong-Regular.otf\\nbooktabs.sty\\nsiunitx.sty\\ngeometry.sty\\n' >texmf
esac"""


@pytest.fixture
def bare(machine):
    """No TeX; a LaTeX shell that asks for packages in several ways; chmod for the stub of apt-get."""
    (machine.bin / "chmod").symlink_to("/bin/chmod")
    shell = machine.project / "templates" / "latex"
    shell.mkdir(parents=True)
    (shell / "shell.tex.j2").write_text(
        "\\documentclass[11pt,\n  a4paper]{ctexart}\n"
        "\\usepackage{booktabs, siunitx}\n\\usepackage[margin=2cm,\n]{geometry}\n"
    )
    (machine.project / "texmf").touch()
    return machine


def with_tex(machine, *files):
    for name in ("latexmk", "xelatex"):
        machine.program(name)
    machine.program("kpsewhich", KPSEWHICH)
    (machine.project / "texmf").write_text("".join(f"{name}\n" for name in files))


COMPLETE = ("ctexart.cls", "FandolSong-Regular.otf", "booktabs.sty", "siunitx.sty", "geometry.sty")


def test_complete_tex_is_left_alone(bare):
    with_tex(bare, *COMPLETE)
    bare.program("apt-get")
    result = bare.run("tools/ensure-tex")
    assert (result.returncode, result.stderr) == (0, "")
    assert not [call for call in bare.calls if call.startswith("apt-get")]


def test_tectonic_alone_is_enough(bare):
    bare.program("tectonic")
    result = bare.run("tools/ensure-tex")
    assert (result.returncode, result.stderr) == (0, "")


@pytest.mark.parametrize("absent", COMPLETE)
def test_each_needed_file_is_asked_for(bare, absent):
    with_tex(bare, *(name for name in COMPLETE if name != absent))
    result = bare.run("tools/ensure-tex")
    assert result.returncode == 1
    assert f"missing are {absent}\n" in result.stderr


def test_root_gets_it_by_apt(bare):
    bare.program("id", "echo 0")
    bare.program("kpsewhich", KPSEWHICH)
    bare.program("apt-get", APT_GET.format(bin=bare.bin))
    result = bare.run("tools/ensure-tex")
    assert result.returncode == 0, result.stderr
    update, install = [call for call in bare.calls if call.startswith("apt-get")]
    assert update == "apt-get -q update"
    assert install.startswith("apt-get -q install --yes --no-install-recommends latexmk texlive-xetex")


def test_sudo_without_password_gets_it_by_apt(bare):
    bare.program("sudo", 'shift; [ "$1" = true ] || exec "$@"')
    bare.program("kpsewhich", KPSEWHICH)
    bare.program("apt-get", APT_GET.format(bin=bare.bin))
    result = bare.run("tools/ensure-tex")
    assert result.returncode == 0, result.stderr
    assert next(call for call in bare.calls if call.startswith("sudo")) == "sudo -n true"
    assert len([call for call in bare.calls if call.startswith("apt-get")]) == 2


@pytest.mark.parametrize("programs", [{}, {"apt-get": ""}, {"apt-get": "", "sudo": "exit 1"}])
def test_without_rights_one_message_names_the_packages(bare, programs):
    for name, body in programs.items():
        bare.program(name, body)
    result = bare.run("tools/ensure-tex")
    assert result.returncode == 1
    assert not [call for call in bare.calls if call.startswith("apt-get")]
    for word in ("needs root", "latexmk xelatex", "texlive-lang-chinese", "conda-forge tectonic", "brew install"):
        assert word in result.stderr


def test_a_failed_apt_shows_its_last_lines(bare):
    bare.program("id", "echo 0")
    bare.program("apt-get", 'case "$*" in *install*) echo "E: Unable to locate package texlive-xetex"; exit 100; esac')
    result = bare.run("tools/ensure-tex")
    assert result.returncode == 1
    assert "E: Unable to locate package texlive-xetex" in result.stderr
    assert "needs root" not in result.stderr
    assert "conda-forge tectonic" in result.stderr


def test_a_failed_update_does_not_keep_from_installing(bare):
    bare.program("id", "echo 0")
    bare.program("kpsewhich", KPSEWHICH)
    body = APT_GET.format(bin=bare.bin)
    bare.program("apt-get", f'case "$*" in *update*) exit 100; esac\n{body}')
    result = bare.run("tools/ensure-tex")
    assert result.returncode == 0
    assert "apt-get update failed" in result.stderr


def test_this_machine_has_all_that_the_latex_shell_asks_for():
    """`make test` and continuous integration see to TeX first, so that the pages can be tested for real."""
    result = subprocess.run([ROOT / "tools" / "ensure-tex"], capture_output=True, text=True, timeout=60)
    assert (result.returncode, result.stderr) == (0, "")
