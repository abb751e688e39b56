"""`chat` and `demo`: the conversation in the terminal."""

from __future__ import annotations

import asyncio
import errno
import getpass
import sys
from collections.abc import AsyncIterator
from dataclasses import dataclass
from importlib import resources
from pathlib import Path
from typing import Annotated

import typer

from bot.app import App, running
from bot.channels.terminal import Terminal, file_in, read_line
from bot.cli.common import settings
from bot.cli.output import tell
from bot.demo import EDITION, SAMPLE_CODE, fill
from bot.settings import Settings, load, profile
from bot.work import attachments
from handlers.attachments import BYTES_MOST
from handlers.messages import Incoming, Kind
from knowledge.errors import Unusable, Wrong
from knowledge.vietnamese import nfc

PROMPT = "> "
DEMO_URL = "sqlite:///var/demo.db"
NAME_MOST = 200  # characters: what an account's address holds
NAMELESS = "terminal"  # who talks where the system has no name for its user

Name = Annotated[str, typer.Option("--as", help="Whose conversation it is; it goes on where it stood.")]
Port = Annotated[
    int | None,
    typer.Option("--port", min=0, max=65535, help="Where the web chat listens on 127.0.0.1: 8080, or this; 0: any."),
]
Json = Annotated[bool, typer.Option("--json", help="One JSON object per reply on standard output.")]


def chat(name: Name = "", as_json: Json = False) -> None:
    """Talk to the bot in the terminal; lines on standard input make it scriptable.

    /tap LABEL-OR-ACTION presses a button, /file PATH sends a file.

    Example: echo 'xin giay phep xay dung can gi' | motcua chat --json
    """
    asyncio.run(_converse(settings(), _name(name), as_json=as_json))


def demo(port: Port = None) -> None:
    """Try the bot with illustrative dossiers in var/demo.db: here and as the web chat; needs no settings.

    With nothing on standard input the web chat goes on until Ctrl-C.

    Example: motcua demo --port 8081
    """
    given = settings()
    with resources.as_file(resources.files("bot") / "profiles" / f"{profile.DEMO}.toml") as path:
        shipped = load(path, {})  # the sample is of this agency, whatever agency `config.toml` is for
    database = given.database.model_copy(update={"url": DEMO_URL})
    catalogue = given.catalogue.model_copy(update={"edition": EDITION})
    given = given.model_copy(update={"agency": shipped.agency, "database": database, "catalogue": catalogue})
    asyncio.run(_demonstrate(given, _name(""), port))


def _name(given: str) -> str:
    """Name whose conversation it is: as given, else as the system calls its user."""
    name = nfc(given).strip()
    if not name:
        try:
            name = getpass.getuser()
        except (OSError, KeyError):
            name = NAMELESS
    if len(name) > NAME_MOST or not name.isprintable():
        raise typer.BadParameter(f"a name has at most {NAME_MOST} characters and is one line of UTF-8")
    return name


async def _converse(given: Settings, name: str, *, as_json: bool) -> None:
    terminal = Terminal(sys.stdout, as_json=as_json)
    async with running(given, [terminal], address=name) as app:
        await app.turns.idle()
        if sys.stdin.isatty():
            await _say(app, terminal, name, Incoming(Kind.TEXT, "/start"))
        talked = await _talk(app, terminal, name)
    talked.check()


async def _demonstrate(given: Settings, name: str, port: int | None) -> None:
    from bot.cli.web_chat import WebChat, agency, listening, serve  # half a second that `chat` does without

    terminal, chat = Terminal(sys.stdout), WebChat(agency(given))
    async with running(given, [terminal, chat], sample=SAMPLE_CODE, address=name) as app:
        await fill(app, given)
        async with listening(app, chat, port) as where:
            tell(f"Demo: illustrative dossiers in var/demo.db, nothing leaves this machine. {where.said}")
            await app.turns.idle()
            await _say(app, terminal, name, Incoming(Kind.TEXT, "/start"))
            talked = await _talk(app, terminal, name)
            if talked.lines == 0 and where.is_open and not sys.stdin.isatty():
                await serve(app)
    talked.check()


@dataclass(frozen=True, slots=True)
class _Talked:
    """What came of a conversation: how many lines were read, and whether one named a file that is not there."""

    lines: int
    missed: bool

    def check(self) -> None:
        """Let a script end with status 1 when a line of it could not be done."""
        if self.missed and not sys.stdin.isatty():
            raise typer.Exit(1)


async def _talk(app: App, terminal: Terminal, name: str) -> _Talked:
    """Say each line that is typed or read, until there are no more."""
    count, missed = 0, False
    async for line in _lines():
        count += 1
        path = file_in(line)
        try:
            incoming = read_line(line) if path is None else await _file(app, path)
        except Wrong as fault:
            tell(f"motcua: {fault}")
            missed = True
            continue
        await _say(app, terminal, name, incoming)
        if terminal.closed:
            raise BrokenPipeError(errno.EPIPE, "nobody reads the replies")
    return _Talked(count, missed)


async def _file(app: App, path: str) -> Incoming:
    """Take a file of this machine as what somebody sent. Raises `Wrong` for one that cannot be read, or is too big."""
    try:
        content = await asyncio.to_thread(_read, Path(path))
    except (OSError, ValueError):  # not there, a folder or device, too long for a name, not allowed to look
        raise Wrong(f"no such file: {path[:NAME_MOST]}") from None
    try:
        sent = await asyncio.to_thread(attachments.keep, app.database, content, nfc(Path(path).name), app.clock())
    except Unusable:
        raise Wrong(f"more than {BYTES_MOST >> 20} MB: {path[:NAME_MOST]}") from None
    return Incoming(Kind.FILE, files=(sent,))


def _read(path: Path) -> bytes:
    """Read a file, and of a large one just enough to see that it is. Raises OSError, ValueError."""
    if not path.is_file():
        raise FileNotFoundError(path)
    with path.open("rb") as file:
        return file.read(BYTES_MOST + 1)


async def _say(app: App, terminal: Terminal, name: str, incoming: Incoming) -> None:
    await app.receive(terminal.name, name, incoming)
    await app.finish(terminal.name, name)


async def _lines() -> AsyncIterator[str]:
    """Give the lines that are typed, or those of standard input when it is not a terminal."""
    if sys.stdin.isatty():
        from prompt_toolkit import PromptSession

        session: PromptSession[str] = PromptSession()
        while True:
            try:
                yield await session.prompt_async(PROMPT)
            except (EOFError, KeyboardInterrupt):
                return
    while line := await asyncio.to_thread(sys.stdin.readline):
        yield line.rstrip("\r\n")
