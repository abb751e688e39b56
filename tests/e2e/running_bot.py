"""The bot as an operator runs it: `motcua run`, a process of its own, with its log in a file."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import time
import urllib.error
import urllib.request
from pathlib import Path

from tests.cli.motcua import Motcua, Ran, put_key

TOKEN = "123456789:AAE-invented_token_for_the_tests_0001"
SECRET = "a_webhook-secret_of_the_tests"
START_SECONDS = 60.0
STOP_SECONDS = 30.0


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class Bot:
    """One bot on one database, started as often as a test likes."""

    def __init__(self, folder: Path, database: str, telegram: str, mode: str = "polling") -> None:
        self.port = free_port()
        put_key(folder)
        settings = {
            "MOTCUA_DATABASE__URL": database,
            "MOTCUA_SERVER__PORT": str(self.port),
            "MOTCUA_SERVER__PUBLIC_URL": self.address,
            "MOTCUA_TELEGRAM__TOKEN": TOKEN,
            "MOTCUA_TELEGRAM__MODE": mode,
            "MOTCUA_TELEGRAM__WEBHOOK_SECRET": SECRET,
            "MOTCUA_TELEGRAM__BASE_URL": telegram,
            "MOTCUA_LOG__LEVEL": "DEBUG",
            "MOTCUA_DELIVERY__LEASE_SECONDS": "3",
            "MOTCUA_DELIVERY__SEND_SECONDS": "2",
        }
        self.motcua = Motcua(folder, settings)
        self._log = folder / "log"
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def __call__(self, *words: str) -> Ran:
        """Run another command with the same settings."""
        return self.motcua(*words, MOTCUA_LOG__LEVEL="INFO")

    def start(self) -> None:
        """Start it and wait until it listens."""
        with self._log.open("ab") as log:
            self._process = subprocess.Popen(
                self.motcua.command("run"),
                cwd=self.motcua.folder,
                env=self.motcua.environment(),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
            )
        until = time.monotonic() + START_SECONDS
        while not self._is_up():
            assert self._process.poll() is None, self.log()
            assert time.monotonic() < until, self.log()
            time.sleep(0.05)

    def wait_for(self, words: str) -> None:
        """Wait until the log says this."""
        until = time.monotonic() + START_SECONDS
        while words not in self.log():
            assert time.monotonic() < until, self.log()
            time.sleep(0.05)

    def _is_up(self) -> bool:
        try:
            with urllib.request.urlopen(f"{self.address}/healthz", timeout=1) as answer:
                return bool(answer.status == 200)
        except (urllib.error.URLError, OSError):
            return False

    def stop(self) -> int:
        """Stop it as a service manager does; gives its exit status."""
        assert self._process is not None
        self._process.send_signal(signal.SIGTERM)
        code = self._process.wait(STOP_SECONDS)
        self._process = None
        return code

    def kill(self) -> None:
        """End it in the middle of whatever it does."""
        if self._process is not None:
            os.kill(self._process.pid, signal.SIGKILL)
            self._process.wait()
            self._process = None

    def log(self) -> str:
        return self._log.read_text(encoding="utf-8") if self._log.exists() else ""
