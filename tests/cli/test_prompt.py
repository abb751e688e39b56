"""The prompt in a real pseudo-terminal."""

from __future__ import annotations

import os
import pty
import select
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress

from tests.cli.motcua import Motcua

SECONDS = 30
PROMPT = "\x1b[?2004h"  # what a prompt says to the terminal when it is ready to read


class Screen:
    """A terminal with somebody at it."""

    def __init__(self, process: subprocess.Popen[bytes], ours: int) -> None:
        self.process = process
        self._ours = ours
        self.shown = b""

    def types(self, keys: str) -> None:
        self.shown = b""
        os.write(self._ours, keys.encode())

    def sees(self, text: str) -> None:
        deadline = time.monotonic() + SECONDS
        while text.encode() not in self.shown:
            ready, _, _ = select.select([self._ours], [], [], max(0, deadline - time.monotonic()))
            assert ready, f"{text!r} was not shown, but {self.shown.decode(errors='replace')!r}"
            try:
                more = os.read(self._ours, 65536)
            except OSError:
                more = b""
            assert more, f"the end came before {text!r}: {self.shown.decode(errors='replace')!r}"
            if b"\x1b[6n" in more:  # "where is the cursor?", which a terminal answers
                os.write(self._ours, b"\x1b[1;1R")
            self.shown += more

    def ends(self) -> int:
        """Read on until the process has ended and give its status."""
        with suppress(OSError):  # the other end was closed
            while self.process.poll() is None:
                if select.select([self._ours], [], [], SECONDS)[0]:
                    self.shown += os.read(self._ours, 65536)
        return self.process.wait(SECONDS)


@contextmanager
def sitting_at(motcua: Motcua, *words: str) -> Iterator[Screen]:
    ours, theirs = pty.openpty()
    environment = motcua.environment(TERM="xterm", LANG="C.UTF-8")
    started = subprocess.Popen(
        motcua.command(*words),
        cwd=motcua.folder,
        env=environment,
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
        start_new_session=True,
    )
    os.close(theirs)
    with started:
        try:
            yield Screen(started, ours)
        finally:
            if started.poll() is None:
                started.kill()
            os.close(ours)


def test_the_prompt_greets_answers_and_ends_with_control_d(motcua: Motcua) -> None:
    with sitting_at(motcua, "chat", "--as", "anna") as screen:
        screen.sees("trợ lý tự động")
        screen.sees(PROMPT)
        screen.types("thu tuc cap giay phep xay dung can giay to gi\r")
        screen.sees("Đơn đề nghị cấp giấy phép xây dựng")
        screen.sees(PROMPT)
        screen.types("/file none.jpg\r")
        screen.sees("no such file: none.jpg")
        screen.sees(PROMPT)
        screen.types("\x04")
        assert screen.ends() == 0
        assert b"Traceback" not in screen.shown
