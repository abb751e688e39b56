"""The independent stand-in: the npm package `telegram-test-api`, installed by the tests where Node is there."""

from __future__ import annotations

import fcntl
import json
import shutil
import subprocess
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

PACKAGE, VERSION = "telegram-test-api", "4.2.1"
ROOT = Path(__file__).resolve().parents[3]
FOLDER = ROOT / ".node"
STARTER = Path(__file__).with_name("telegram_test_api.cjs")
INSTALL_SECONDS, START_SECONDS = 180, 30

Json = dict[str, Any]


def why_not() -> str | None:
    """Say why the package cannot run here, None when it can; it is installed at the first call."""
    if shutil.which("node") is None or shutil.which("npm") is None:
        return f"node and npm are not here, so {PACKAGE} cannot be started"
    if _installed():
        return None
    FOLDER.mkdir(exist_ok=True)
    with (FOLDER / "lock").open("w") as lock:  # the tests may run in several processes
        fcntl.flock(lock, fcntl.LOCK_EX)
        return None if _installed() else _install()


def _install() -> str | None:
    """Install the package; says why it could not."""
    command = ["npm", "install", "--no-save", "--no-audit", "--no-fund", "--ignore-scripts", f"{PACKAGE}@{VERSION}"]
    done = subprocess.run(command, cwd=FOLDER, capture_output=True, text=True, timeout=INSTALL_SECONDS, check=False)
    return None if _installed() else f"npm could not install {PACKAGE}: {done.stderr.strip()[-200:]}"


def _installed() -> bool:
    manifest = FOLDER / "node_modules" / PACKAGE / "package.json"
    return manifest.exists() and json.loads(manifest.read_text())["version"] == VERSION


class TestApi:
    """The running package, spoken to as a person with a telephone."""

    __test__ = False

    def __init__(self, port: int, token: str) -> None:
        self.address = f"http://127.0.0.1:{port}"
        self._token = token

    def says(self, text: str, chat: int = 1) -> None:
        """Send a message; a command comes with its entity, as from an application."""
        said: Json = self._from(chat) | {"text": text}
        if text.startswith("/"):
            length = len(text.split()[0])
            self._post("/sendCommand", said | {"entities": [{"offset": 0, "length": length, "type": "bot_command"}]})
        else:
            self._post("/sendMessage", said)

    def taps(self, action: str, under: int, chat: int = 1) -> None:
        """Tap a button under a message of the bot."""
        message = {"message_id": under, "chat": self._from(chat)["chat"], "text": "…"}
        self._post("/sendCallback", self._from(chat) | {"data": action, "message": message})

    def sees(self, wanted: str, chat: int = 1, seconds: float = 30.0) -> Json:
        """Wait until a message of the bot in this chat holds these words, and give it with its id."""
        found: list[Json] = []

        def is_there() -> bool:
            found[:] = [shown for shown in self.said_by_bot(chat) if wanted in shown.get("text", "")]
            return bool(found)

        self.until(is_there, f"{wanted!r} was not said", seconds)
        return found[-1]

    def until(self, true: Callable[[], object], what: str, seconds: float = 30.0) -> None:
        """Wait for something to become true."""
        end = time.monotonic() + seconds
        while not true():
            assert time.monotonic() < end, what
            time.sleep(0.05)

    def said_by_bot(self, chat: int = 1) -> list[Json]:
        """The messages of the bot in a chat, as they read now, each with its id."""
        records = [record for record in self.history() if "chat_id" in record.get("message", {})]
        of_chat = [record for record in records if int(record["message"]["chat_id"]) == chat]
        return [{**record["message"], "id": record["messageId"]} for record in of_chat]

    def history(self) -> list[Json]:
        """Everything that people and the bot said."""
        listed: list[Json] = self._post("/getUpdatesHistory", {"token": self._token})["result"]
        return listed

    def _from(self, chat: int) -> Json:
        return {
            "botToken": self._token,
            "from": {"id": chat, "first_name": "An", "is_bot": False},
            "chat": {"id": chat, "first_name": "An", "type": "private"},
            "date": int(time.time()),
        }

    def _post(self, path: str, body: Json) -> Json:
        data, headers = json.dumps(body).encode(), {"Content-Type": "application/json"}
        request = urllib.request.Request(self.address + path, data, headers)
        with urllib.request.urlopen(request, timeout=10) as answer:
            found: Json = json.load(answer)
            return found


@contextmanager
def test_api(port: int, token: str, secret: str) -> Iterator[TestApi]:
    """Run the package on this port."""
    folder = FOLDER / "node_modules" / PACKAGE
    command = ["node", str(STARTER), str(folder), str(port), secret]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            assert process.stdout.readline() == "ready\n"
            yield TestApi(port, token)
        finally:
            process.terminate()


test_api.__test__ = False  # type: ignore[attr-defined]
