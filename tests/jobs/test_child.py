"""A command as a child: signals, terminal and exit status are as without a parent in between."""

from __future__ import annotations

import os
import pty
import signal
import sys

import pytest

from labreport.errors import TrainingError
from labreport.jobs import child
from tests.jobs.processes import line, started

RUN = """
import os, sys
from labreport.jobs.child import run
status = run(sys.argv[1:], os.environ)
sys.exit(100 - status if status < 0 else status)
"""
# Says which signal came, and ends with status 7 at the second one.
LISTENER = """
import signal, sys, time
came = []
for number in map(int, sys.argv[1:]):
    signal.signal(number, lambda number, frame: (came.append(number), print(number, flush=True)))
print("ready", flush=True)
while len(came) < 2:
    time.sleep(0.01)
sys.exit(7)
"""


def carried_out(*command: str, **options):
    """A process that carries out a command as its child."""
    return started([sys.executable, "-c", RUN, *command], **options)


def test_every_signal_is_passed_on_and_the_child_decides():
    numbers = [str(int(number)) for number in child.FORWARDED]
    first, *others = child.FORWARDED
    for number in others:
        with carried_out(sys.executable, "-c", LISTENER, *numbers) as process:
            assert line(process.stdout) == "ready"
            for sent in (first, number):
                process.send_signal(sent)
                assert line(process.stdout) == str(int(sent))
            assert process.wait(30) == 7


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGUSR1, signal.SIGKILL, signal.SIGSEGV])
def test_a_child_that_a_signal_ends(number):
    with carried_out("sh", "-c", f"kill -{int(number)} $$") as process:
        assert process.wait(30) == 100 + number  # run says -number


@pytest.mark.parametrize("status", [0, 1, 3, 130, 143, 255])
def test_the_exit_status_is_the_child_s(status):
    with carried_out("sh", "-c", f"exit {status}") as process:
        assert process.wait(30) == status


def test_what_is_ignored_stays_ignored():
    """As under nohup."""
    ignored = {"preexec_fn": lambda: signal.signal(signal.SIGHUP, signal.SIG_IGN)}
    with carried_out("sh", "-c", "echo ready; read line; echo $line", **ignored) as process:
        assert line(process.stdout) == "ready"
        process.send_signal(signal.SIGHUP)
        out, _ = process.communicate(b"goes on\n", timeout=30)
        assert (out, process.returncode) == (b"goes on\n", 0)


def test_a_signal_before_the_child_is_there_is_not_lost():
    sent = []

    class Child:
        def send_signal(self, number):
            sent.append(number)

    handlers = [signal.getsignal(number) for number in child.FORWARDED]
    with child._forwarding() as attach:
        os.kill(os.getpid(), signal.SIGTERM)
        assert sent == []
        attach(Child())
        os.kill(os.getpid(), signal.SIGINT)
    assert sent == [signal.SIGTERM, signal.SIGINT]
    assert [signal.getsignal(number) for number in child.FORWARDED] == handlers


def test_the_child_has_the_same_terminal():
    parent, terminal = pty.openpty()
    command = "test -t 0 && test -t 1 && test -t 2 && stty size > /dev/null && echo terminal"
    try:
        with carried_out("sh", "-c", command, stdin=terminal, stdout=terminal, stderr=terminal) as process:
            assert process.wait(30) == 0
        assert os.read(parent, 100).strip() == b"terminal"
    finally:
        os.close(parent)
        os.close(terminal)


def test_input_and_output_are_not_touched():
    with carried_out("sh", "-c", "cat; echo error >&2") as process:
        assert process.communicate(b"one\ntwo\n", timeout=30) == (b"one\ntwo\n", b"error\n")


def test_the_child_gets_the_environment_and_the_descriptors(tmp_path):
    with open(tmp_path / "file", "wb") as file:
        says = (
            f"import os; os.write({file.fileno()}, repr((os.getenv('ONLY'), os.getenv('HOME'), os.getpid())).encode())"
        )
        told = []
        assert child.run([sys.executable, "-c", says], {"ONLY": "this"}, [file.fileno()], told.append) == 0
    assert (tmp_path / "file").read_text() == f"('this', None, {told[0]})"


@pytest.mark.parametrize("command", ["/absent/command", "/"])
def test_a_command_that_cannot_be_started_is_one_message(command):
    handlers = [signal.getsignal(number) for number in child.FORWARDED]
    with pytest.raises(TrainingError, match=f"{command}: this command cannot be started: "):
        child.run([command], os.environ)
    assert [signal.getsignal(number) for number in child.FORWARDED] == handlers
