"""tools/ensure-python on machines made of stubs; what it does for real, `.ci/run` shows."""

from __future__ import annotations

import pytest

UV = """\
[ "$1" != --version ] || echo "uv 0.13.8 (x86_64)"
echo "index=${UV_DEFAULT_INDEX-}" >>"$HOME/uv-environment"
[ ! -e "$HOME/uv-fails" ] || exit 1"""
# The interpreter inside .venv; pip install puts uv there.
INNER = """\
case "$*" in
*"config get"*) [ -z "${PIP_CONFIGURED-}" ] || echo "$PIP_CONFIGURED" ;;
*"install --require-hashes"*) cp "$HOME/uv" .venv/bin/uv; cp .venv/uv.lock "$HOME/asked" ;;
*nms*) [ ! -e "$HOME/torch-fails" ] ;;
*version_info*) [ ! -e "$HOME/too-old" ] ;;
esac"""
# The machine's own Python.
OUTER = """\
case "$*" in
--version) echo "Python ${VERSION-3.11.2}" ;;
*print*version_info*) echo python3.11-venv ;;
*version_info*) [ -z "${VERSION-}" ] ;;
*"import ensurepip"*) [ ! -e "$HOME/no-ensurepip" ] ;;
"-m venv"*) [ ! -e "$HOME/venv-fails" ] || { echo "Error: no space left" >&2; exit 1; }
    mkdir -p .venv/bin; cp "$HOME/inner" .venv/bin/python ;;
esac"""


@pytest.fixture
def fresh(machine):
    machine.program("python3", OUTER)
    machine.program("inner", INNER, machine.project)
    machine.program("uv", UV, machine.project)
    return machine


def is_ready(machine):
    return (machine.project / ".venv" / ".synced").exists()


def change(machine, name):
    path = machine.project / name
    path.write_text(path.read_text() + "# changed\n")


def uv_calls(machine):
    return [call for call in machine.calls if call.startswith("uv pip")]


def test_from_nothing_to_the_locked_environment(fresh):
    result = fresh.run("tools/ensure-python")
    assert result.returncode == 0, result.stderr
    sync, install = uv_calls(fresh)
    assert sync == "uv pip sync --quiet --python .venv/bin/python --compile-bytecode --require-hashes requirements.lock"
    assert install.endswith("--no-deps --no-build-isolation --editable .")
    assert "inner -m compileall -q --invalidation-mode checked-hash src" in fresh.calls
    assert is_ready(fresh)


def test_uv_is_installed_from_its_entry_of_the_lock_alone(fresh):
    fresh.run("tools/ensure-python")
    asked = (fresh.project / "asked").read_text().split()
    assert asked == ["uv==0.13.8", "\\", "--hash=sha256:bb", "\\", "--hash=sha256:cc"]


def test_the_second_time_nothing_happens(fresh):
    fresh.run("tools/ensure-python")
    before = len(uv_calls(fresh))
    result = fresh.run("tools/ensure-python")
    assert (result.returncode, result.stderr) == (0, "")
    assert len(uv_calls(fresh)) == before


@pytest.mark.parametrize("name", ["requirements.lock", "pyproject.toml"])
def test_a_changed_declaration_is_followed(fresh, name):
    fresh.run("tools/ensure-python")
    change(fresh, name)
    result = fresh.run("tools/ensure-python")
    assert result.returncode == 0
    assert len(uv_calls(fresh)) == 4
    assert not [call for call in fresh.calls[-10:] if call.startswith("python3 -m venv")]


def test_a_moved_project_is_set_up_again(fresh):
    """The scripts in .venv/bin hold their absolute path, and no package manager rewrites those it finds installed."""
    fresh.run("tools/ensure-python")
    fresh.project = fresh.project.rename(fresh.project.with_name("moved"))
    result = fresh.run("tools/ensure-python")
    assert result.returncode == 0, result.stderr
    assert len([call for call in fresh.calls if call.startswith("python3 -m venv --clear")]) == 2
    assert len(uv_calls(fresh)) == 4


def test_what_a_link_leads_to_is_left_alone(fresh):
    fresh.run("tools/ensure-python")
    other = fresh.project.with_name("other")
    (fresh.project / ".venv").rename(other)
    (fresh.project / ".venv").symlink_to(other)
    fresh.project = fresh.project.rename(fresh.project.with_name("moved"))
    before = sorted(other.rglob("*"))
    result = fresh.run("tools/ensure-python")
    assert result.returncode == 1
    assert ".venv is a link; remove it" in result.stderr
    assert sorted(other.rglob("*")) == before


def test_another_python_that_is_asked_for_makes_another_environment(fresh):
    fresh.program("python3.12", OUTER)
    fresh.run("tools/ensure-python")
    fresh.run("tools/ensure-python", PYTHON="python3.12")
    fresh.run("tools/ensure-python", PYTHON="python3.12")
    fresh.run("tools/ensure-python")
    made = [call.split()[0] for call in fresh.calls if " -m venv --clear" in call]
    assert made == ["python3", "python3.12"]


def test_an_interrupted_set_up_is_taken_up_again(fresh):
    (fresh.project / "uv-fails").touch()
    result = fresh.run("tools/ensure-python")
    assert result.returncode == 1
    assert "the packages could not be installed" in result.stderr
    assert not is_ready(fresh)
    (fresh.project / "uv-fails").unlink()
    assert fresh.run("tools/ensure-python").returncode == 0
    assert is_ready(fresh)


def test_torch_that_does_not_fit_torchvision_is_no_set_up(fresh):
    (fresh.project / "torch-fails").touch()
    result = fresh.run("tools/ensure-python")
    assert result.returncode == 1
    assert "torch and torchvision do not work together" in result.stderr
    assert not is_ready(fresh)


@pytest.mark.parametrize(
    ("environment", "index"),
    [
        ({}, ""),
        ({"PIP_INDEX_URL": "pips"}, "pips"),
        ({"PIP_CONFIGURED": "conf"}, "conf"),
        ({"PIP_INDEX_URL": "pips", "UV_DEFAULT_INDEX": "uvs"}, "uvs"),
    ],
)
def test_an_index_chosen_for_pip_holds_for_uv(fresh, environment, index):
    assert fresh.run("tools/ensure-python", **environment).returncode == 0
    assert (fresh.project / "uv-environment").read_text().splitlines()[-1] == f"index={index}"


def test_a_python_that_is_too_old_is_named(fresh):
    result = fresh.run("tools/ensure-python", VERSION="3.9.2")
    assert result.returncode == 1
    assert "python3 is Python 3.9.2; allowed are Python 3.11, 3.12 and 3.13" in result.stderr
    assert not (fresh.project / ".venv").exists()


def test_no_python_at_all(fresh):
    result = fresh.run("tools/ensure-python", PYTHON="python3.99")
    assert result.returncode == 1
    assert "python3.99: not found" in result.stderr


def test_an_environment_of_an_older_python_is_replaced(fresh):
    fresh.run("tools/ensure-python")
    change(fresh, "requirements.lock")
    (fresh.project / "too-old").touch()
    fresh.run("tools/ensure-python")
    assert len([call for call in fresh.calls if call.startswith("python3 -m venv --clear")]) == 2


def test_debian_without_ensurepip_gets_it_by_apt(fresh):
    (fresh.project / "no-ensurepip").touch()
    fresh.program("id", "echo 0")
    fresh.program("apt-get", 'case "$*" in *install*) rm "$HOME/no-ensurepip"; esac')
    result = fresh.run("tools/ensure-python")
    assert result.returncode == 0, result.stderr
    assert "apt-get -q install --yes --no-install-recommends python3.11-venv" in fresh.calls


def test_debian_without_ensurepip_and_without_rights(fresh):
    (fresh.project / "no-ensurepip").touch()
    fresh.program("apt-get")
    result = fresh.run("tools/ensure-python")
    assert result.returncode == 1
    assert "as root: apt-get install python3.11-venv" in result.stderr
    assert not (fresh.project / ".venv").exists()


def test_a_package_that_brings_no_ensurepip_is_no_help(fresh):
    """An interpreter that is not Debian's own, from a folder of the user's, say."""
    (fresh.project / "no-ensurepip").touch()
    fresh.program("id", "echo 0")
    fresh.program("apt-get")
    result = fresh.run("tools/ensure-python")
    assert result.returncode == 1
    assert "python3 has no ensurepip, which venv needs" in result.stderr
    assert not [call for call in fresh.calls if call.startswith("python3 -m venv")]


def test_what_venv_says_is_shown_and_apt_is_not_asked(fresh):
    (fresh.project / "venv-fails").touch()
    fresh.program("id", "echo 0")
    fresh.program("apt-get")
    result = fresh.run("tools/ensure-python")
    assert result.returncode == 1
    said, own = result.stderr.splitlines()[-2:]
    assert said == "Error: no space left"
    assert own == "setup: python3 -m venv failed; its message is above"
    assert not [call for call in fresh.calls if call.startswith("apt-get")]
    assert not is_ready(fresh)
