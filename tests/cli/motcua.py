"""The command as an operator starts it: a process of its own in a folder of its own, or within that of the test."""

from __future__ import annotations

import base64
import json
import os
import re
import subprocess
import sys
import unicodedata
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from typer.testing import CliRunner

from bot.__main__ import FAULTS, told
from bot.cli import app

ESCAPED = re.compile(r"\\u(?!00[01])")  # control characters cannot stand in JSON as they are
ROOT = Path(__file__).resolve().parents[2]
MOST_SECONDS = 60  # of one command: far more than any needs, on a busy machine too
KEY = b"a key for tests of thirty-two by"  # that of the fixture `database`, so that both read the same rows


@dataclass(frozen=True)
class Ran:
    """A command that has ended."""

    code: int
    out: str
    err: str

    def lines(self) -> list[str]:
        assert not self.out or self.out.endswith("\n")
        return self.out.split("\n")[:-1]

    def records(self) -> list[dict[str, Any]]:
        """Read the JSON; nothing else may stand on standard output, and it must be unescaped and NFC."""
        assert not ESCAPED.search(self.out)
        assert unicodedata.is_normalized("NFC", self.out)
        found = [json.loads(line) for line in self.lines()]
        assert all(isinstance(record, dict) for record in found)
        return found


@dataclass
class Motcua:
    """Runs commands in one folder, with warnings as errors; `settings` are environment variables."""

    folder: Path
    settings: dict[str, str] = field(default_factory=dict)

    def environment(self, **more: str) -> dict[str, str]:
        return {"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT), **self.settings, **more}

    def command(self, *words: str) -> list[str]:
        return [sys.executable, "-W", "error", "-m", "bot", *words]

    def __call__(self, *words: str, stdin: str | bytes = b"", **settings: str) -> Ran:
        done = subprocess.run(
            self.command(*words),
            cwd=self.folder,
            env=self.environment(**settings),
            input=stdin.encode() if isinstance(stdin, str) else stdin,
            capture_output=True,
            check=False,
            timeout=MOST_SECONDS,
        )
        ran = Ran(done.returncode, done.stdout.decode("utf-8"), done.stderr.decode("utf-8"))
        assert "Traceback" not in ran.err, ran.err
        return ran

    def fine(self, *words: str, stdin: str | bytes = b"") -> Ran:
        """Run a command that has nothing to complain of."""
        ran = self(*words, stdin=stdin)
        assert (ran.code, ran.err) == (0, "")
        return ran

    def start(self, *words: str) -> subprocess.Popen[bytes]:
        """Start a command whose pipes the test holds."""
        return subprocess.Popen(
            self.command(*words),
            cwd=self.folder,
            env=self.environment(),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )

    def apart(self) -> Motcua:
        """Give the same commands, each in a process of its own."""
        return Motcua(self.folder, self.settings)

    def write(self, name: str, content: str | bytes) -> str:
        """Write a file into the folder and give its name."""
        data = content.encode() if isinstance(content, str) else content
        (self.folder / name).write_bytes(data)
        return name


class Within(Motcua):
    """Runs commands within this process, in its current folder: starting each anew takes longer than what it does.

    Streams and exit status are the command's own; what only a process has (a terminal, signals, its reading of bytes
    that are no text) needs one: `apart()`, `start()`.
    """

    def __call__(self, *words: str, stdin: str | bytes = b"", **settings: str) -> Ran:
        ended = CliRunner().invoke(app, words, input=stdin, env={**self.settings, **settings})
        if isinstance(ended.exception, FAULTS):
            return Ran(1, ended.stdout, f"{ended.stderr}{told(ended.exception)}\n")
        assert ended.exception is None or isinstance(ended.exception, SystemExit), ended.exc_info
        return Ran(ended.exit_code, ended.stdout, ended.stderr)


def put_key(folder: Path) -> None:
    """Give the command the key of the tests."""
    file = folder / "var" / "key"
    file.parent.mkdir()
    file.write_bytes(base64.b64encode(KEY))
    file.chmod(0o600)
