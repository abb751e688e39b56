"""The terminal: the same conversation for whoever sits at the machine, and for scripts.

Files that go with a reply are written into a folder, and the reply says where they are.
"""

from __future__ import annotations

import asyncio
import hashlib
import json
from collections.abc import Sequence
from pathlib import Path
from typing import TextIO

from bot.channels.base import REPEATED, Outgoing, OutgoingFile
from bot.channels.plain import plain_text, with_numbers
from handlers.messages import Incoming, Kind, Reply
from knowledge.errors import Refused
from knowledge.vietnamese import nfc

FOLDER = Path("var/files")  # beside the database, where an operator's files are
CLIP = "📎"  # stands before the path of a file
MARK_CHARACTERS = 8  # of a content's hash: files of one name lie in folders of their own
NAME_CHARACTERS, ENDING_CHARACTERS = 60, 5  # UTF-8 needs up to 3 bytes each, a file system takes 255


class Terminal:
    """Writes replies to a stream: as text with numbered choices, or one JSON object a reply."""

    name = "terminal"

    def __init__(self, out: TextIO, *, as_json: bool = False, folder: Path = FOLDER) -> None:
        self._out = out
        self._folder = folder
        self._as_json = as_json
        self.closed = False

    async def send(self, message: Outgoing) -> str | None:
        """Write one reply and flush it."""
        paths = await asyncio.to_thread(self._write_files, message.files)
        if self._as_json:
            shown = to_json(message.reply, paths)
        else:
            shown = "\n".join([with_numbers(message.reply), *(f"{CLIP} {path}" for path in paths)])
        if message.repeated and not self._as_json:
            shown = f"{REPEATED} {shown}"
        try:
            self._out.write(shown + "\n" + ("" if self._as_json else "\n"))
            self._out.flush()
        except (OSError, ValueError) as error:
            self.closed = True
            raise Refused(f"the terminal is closed: {error}") from None
        return None

    def _write_files(self, sent: Sequence[OutgoingFile]) -> list[Path]:
        """Write files beside each other; the same content under the same name is the same file."""
        try:
            return [_written(self._folder, file) for file in sent]
        except OSError as error:
            raise Refused(f"a file cannot be written: {error.strerror}") from None


def _written(folder: Path, file: OutgoingFile) -> Path:
    mark = hashlib.sha256(file.content).hexdigest()[:MARK_CHARACTERS]
    place = folder / mark
    place.mkdir(mode=0o700, parents=True, exist_ok=True)  # a file may hold what is nobody else's business
    path = place / file_name(file.name)
    path.write_bytes(file.content)
    return path


def file_name(shown: str) -> str:
    """Make a name that a file can have of one that was shown to people: no folders, nothing invisible, not too long."""
    clean = "".join(char for char in nfc(shown) if char.isprintable() and char not in '/\\:*?"<>|').strip(". ")
    stem, dot, ending = clean.rpartition(".")
    if dot and len(ending) <= ENDING_CHARACTERS:
        return f"{stem[: NAME_CHARACTERS - len(ending)]}.{ending}"
    return clean[:NAME_CHARACTERS] or "file"


def to_json(reply: Reply, paths: Sequence[Path] = ()) -> str:
    """Write a reply as scripts read it; `paths`: where the files are that go with it."""
    buttons = [[{"label": button.label, "action": button.action} for button in row] for row in reply.buttons]
    record = {"text": plain_text(reply.text), "buttons": buttons, "files": [str(path) for path in paths]}
    return nfc(json.dumps(record, ensure_ascii=False))


def read_line(line: str) -> Incoming:
    """Read a line typed: `/tap LABEL-OR-ACTION` presses a button, the rest is text (a file: see `file_in`)."""
    command, _, rest = line.partition(" ")
    return Incoming(Kind.TAP, rest.strip()) if command == "/tap" else Incoming(Kind.TEXT, line)


def file_in(line: str) -> str | None:
    """Give the path of a line `/file PATH`; None for every other line."""
    command, _, rest = line.partition(" ")
    return rest.strip() if command == "/file" else None
