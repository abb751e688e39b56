"""The terminal: the same conversation for whoever sits at the machine, and for scripts."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TextIO

from bot.channels.base import REPEATED, Outgoing
from bot.channels.plain import plain_text, with_numbers
from handlers.messages import Incoming, Kind, Reply
from knowledge.errors import Refused
from knowledge.vietnamese import nfc


class Terminal:
    """Writes replies to a stream: as text with numbered choices, or one JSON object a reply."""

    name = "terminal"

    def __init__(self, out: TextIO, *, as_json: bool = False) -> None:
        self._out = out
        self._as_json = as_json
        self.closed = False

    async def send(self, message: Outgoing) -> str | None:
        """Write one reply and flush it."""
        shown = to_json(message.reply) if self._as_json else with_numbers(message.reply)
        if message.repeated and not self._as_json:
            shown = f"{REPEATED} {shown}"
        try:
            self._out.write(shown + "\n" + ("" if self._as_json else "\n"))
            self._out.flush()
        except (OSError, ValueError) as error:
            self.closed = True
            raise Refused(f"the terminal is closed: {error}") from None
        return None


def to_json(reply: Reply) -> str:
    """Write a reply as scripts read it."""
    buttons = [[{"label": button.label, "action": button.action} for button in row] for row in reply.buttons]
    record = {"text": plain_text(reply.text), "buttons": buttons, "files": list(reply.files)}
    return nfc(json.dumps(record, ensure_ascii=False))


def read_line(line: str) -> Incoming:
    """Read a line typed: `/tap LABEL-OR-ACTION` presses a button, `/file PATH` sends a file, the rest is text."""
    command, _, rest = line.partition(" ")
    if command == "/tap":
        return Incoming(Kind.TAP, rest.strip())
    if command == "/file":
        return Incoming(Kind.FILE, Path(rest.strip()).name)
    return Incoming(Kind.TEXT, line)
