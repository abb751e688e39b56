"""What a message says decides what happens to it: the platform, the person and the desk that obey the words.

Platform, person and desk are files, because they outlive the processes that are killed.
"""

from __future__ import annotations

import asyncio
import json
import os
import signal
import time
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any

from markupsafe import Markup

from bot.channels.base import Outgoing
from bot.schedule import CHANNEL as CLOCK
from handlers.messages import Happening, Job, Notice, Reply, Turn
from handlers.turn import Situation
from knowledge.errors import Gone, Moved, TryLater
from storage import accounts, jobs
from storage.accounts import Account
from storage.database import Connection
from storage.events import Pending
from storage.jobs import NewJob
from tests.engines import VAULT

CHANNEL = "platform"
ACKNOWLEDGED, SENT, REFUSED, RAISED = "acknowledged", "sent", "refused", "raised"  # files: what outlives a process
PLAIN, TELL, LATER, UNLUCKY, HOPELESS = "plain", "tell", "later", "unlucky", "hopeless"
# Orders of a job. Each has a chat of its own, so that its result can be told from others.
DRAWN, SLOW, SPOILT, BROKEN, DEADLY = "drawn", "slow", "spoilt", "broken", "deadly"
ORDERS = (DRAWN, SLOW, SPOILT, BROKEN, DEADLY)
# No messages, but what the platform tells of a chat.
BLOCKED, BACK, MOVED_HERE = "blocked", "back", "moved here"
NOTES = (BLOCKED, BACK, MOVED_HERE)
# Chats: one that was left, one that moves and says so when it is written to, one that moves and tells.
LEFT, MOVING, TELLING = "left", "moving", "telling"

DRAW = "draw"  # the kind of the jobs
JOB_LEASE_SECONDS = 0.5  # may run out on a slow machine: nobody else is there to take the job over
SLOW_SECONDS = JOB_LEASE_SECONDS / 2  # longer than a third of the lease, after which it is renewed


@dataclass(frozen=True, slots=True)
class Said:
    """A message of the platform: its key, the chat, and the word that decides its fate.

    In the chat `CLOCK` it is a moment: the key is the name of its schedule, and it orders a job.
    """

    key: str
    chat: str
    word: str

    @property
    def text(self) -> str:
        return f"{self.key} {self.word}"

    @property
    def lane(self) -> str:
        if self.chat == CLOCK:
            return VAULT.digest("moment", self.key)
        return accounts.lane_of(VAULT, CHANNEL, self.chat)


def moved_to(chat: str) -> str:
    """Give the address to which a chat moves."""
    return f"{chat} on"


def keep(folder: Path, name: str, record: object) -> None:
    """Add a line to a file and see it on the disk: what a platform knows outlives our process."""
    with (folder / name).open("a") as file:
        file.write(json.dumps(record) + "\n")
        file.flush()
        os.fsync(file.fileno())


def kept(folder: Path, name: str) -> list[Any]:
    """Read what was kept."""
    path = folder / name
    return [json.loads(line) for line in path.read_text().splitlines()] if path.exists() else []


def die() -> None:
    """End this process as a power cut would."""
    os.kill(os.getpid(), signal.SIGKILL)


class Platform:
    """A channel that is a file: what stands there has arrived."""

    name = CHANNEL

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    async def send(self, message: Outgoing) -> str | None:
        text = str(message.reply.text)
        if message.address == LEFT:
            raise Gone("left")
        if message.address == MOVING:
            raise Moved(moved_to(MOVING))
        if text.endswith(LATER) and text not in kept(self._folder, REFUSED):
            keep(self._folder, REFUSED, text)
            raise TryLater("slow down", after=0.02)
        await asyncio.sleep(0)
        keep(self._folder, SENT, {"address": message.address, "text": text, "repeated": message.repeated})
        return "id"


class Person:
    """Handlers whose answer depends on the word that was said."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def answer(self, situation: Situation) -> Turn:
        text = situation.incoming.text
        turn = Turn((Reply(Markup.escape(text)),), replace(situation.session, topic=text))
        if text.endswith(HOPELESS):
            raise ValueError("always")
        if text.endswith(UNLUCKY) and text not in kept(self._folder, RAISED):
            keep(self._folder, RAISED, text)
            raise ValueError("once")
        if text.endswith(TELL):
            return replace(turn, events=(Happening("told", {"account": situation.account.id, "text": text}),))
        if text.endswith(ORDERS):
            return replace(turn, jobs=(Job(DRAW, text),))
        return turn

    @staticmethod
    def apologise(_account: Account) -> Turn:
        return Turn((Reply(Markup("sorry")),))

    @staticmethod
    def rule(_tx: Connection, told: Happening, _now: datetime) -> Iterable[Notice]:
        return [Notice(told.facts["account"], Reply(Markup.escape(f"notice of {told.facts['text']}")))]

    @staticmethod
    def show(situation: Situation, body: str) -> Turn:
        drawing = json.loads(body)["result"]
        text = "no drawing" if drawing is None else f"drawing of {json.loads(drawing)}"
        return Turn((Reply(Markup.escape(text)),), situation.session)


class Desk:
    """Where jobs are ordered by the clock, and done."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    @staticmethod
    def order(tx: Connection, event: Pending, now: datetime) -> None:
        jobs.add(tx, NewJob(DRAW, f"{event.kind} {DRAWN}", event.lane, event.channel), now)

    @staticmethod
    def put_away(_tx: Connection, _event: Pending, _now: datetime) -> None:
        """Nobody waits for a drawing that the clock ordered."""

    def draw(self, text: str) -> str:
        if text.endswith(DEADLY):
            die()
        if text.endswith(SLOW):
            time.sleep(SLOW_SECONDS)
        if text.endswith(BROKEN) or (text.endswith(SPOILT) and text not in kept(self._folder, RAISED)):
            keep(self._folder, RAISED, text)
            raise ValueError("no ink")
        return json.dumps(text)
