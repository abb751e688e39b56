"""`demo` as the web chat: where it listens, how long, and what a script on standard input means for it."""

from __future__ import annotations

import os
import pty
import re
import signal
import socket
import subprocess
import threading
import time
from contextlib import suppress
from pathlib import Path
from urllib.request import urlopen

import pytest

from tests.cli.motcua import MOST_SECONDS, Motcua

ADDRESS = re.compile(r"http://127\.0\.0\.1:(\d+)/chat")


def started(motcua: Motcua, *words: str, stdin: int = subprocess.DEVNULL) -> subprocess.Popen[str]:
    """Start the demo with nothing on standard input, as a service manager does."""
    return subprocess.Popen(
        motcua.command("demo", *words),
        cwd=motcua.folder,
        env=motcua.environment(),
        stdin=stdin,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    )


def said(process: subprocess.Popen[str]) -> str:
    """Wait for the line that says where to look."""
    assert process.stderr is not None
    killer = threading.Timer(MOST_SECONDS, process.kill)
    killer.start()
    line = process.stderr.readline()
    killer.cancel()
    return line


def wait_until_it_can_be_stopped(process: subprocess.Popen[str]) -> None:
    """Wait until the process handles SIGTERM itself: before it went to serve, it is ended like any other."""
    deadline = time.monotonic() + MOST_SECONDS
    while time.monotonic() < deadline:
        status = Path(f"/proc/{process.pid}/status").read_text()
        handled = int(status.split("SigCgt:")[1].split()[0], 16)
        if handled >> (signal.SIGTERM - 1) & 1:
            return
        assert process.poll() is None
        time.sleep(0.05)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT], ids=["SIGTERM", "Ctrl-C"])
def test_without_anything_to_read_the_demo_serves_the_web_chat_until_it_is_stopped(
    bare: Motcua, number: signal.Signals
) -> None:
    with started(bare, "--port", "0") as process:
        found = ADDRESS.search(said(process))
        assert found is not None
        with urlopen(found[0], timeout=MOST_SECONDS) as page:
            assert "Tiền Giang" in page.read().decode()
        wait_until_it_can_be_stopped(process)
        process.send_signal(number)
        assert process.wait(MOST_SECONDS) == 0
        assert process.stderr is not None
        assert process.stderr.read() == ""


def test_a_script_is_answered_while_the_web_chat_listens_and_its_end_is_the_end(bare: Motcua) -> None:
    ran = bare("demo", "--port", "0", stdin="xin chao\n")
    assert ran.code == 0
    assert "trợ lý tự động" in ran.out
    assert ADDRESS.search(ran.err)


def test_a_port_that_was_asked_for_and_is_taken_is_told_in_one_line(bare: Motcua) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        ran = bare("demo", "--port", str(port), stdin="xin chao\n")
    assert ran.code == 1
    assert ran.err.count("\n") == 1
    assert str(port) in ran.err


@pytest.mark.parametrize("port", ["-1", "65536", "http", ""])
def test_a_port_that_is_none_is_refused(bare: Motcua, port: str) -> None:
    assert bare("demo", "--port", port).code == 2


def test_at_a_terminal_the_demo_says_where_the_web_chat_is(bare: Motcua) -> None:
    ours, theirs = pty.openpty()
    with started(bare, "--port", "0", stdin=theirs) as process:
        assert ADDRESS.search(said(process))
        os.close(theirs)
        try:
            for _ in range(MOST_SECONDS):  # what is typed before it reads is thrown away
                os.write(ours, b"\x04")
                with suppress(subprocess.TimeoutExpired):
                    assert process.wait(1) == 0
                    break
            assert process.returncode == 0
        finally:
            process.kill()
    os.close(ours)
