"""Telegram: sends replies and edits, answers taps, shows that somebody is typing. Receiving is beside it.

python-telegram-bot is the transport only: no updater, no handlers of its own, no state. Replies to private chats are
not paced, for a person gets one for each message of theirs; bulk notices will need a budget (30 messages a second,
20 a minute to one group: Bot API, "Bots FAQ").
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable, Coroutine, Mapping, Sequence
from dataclasses import dataclass, replace
from http import HTTPStatus
from typing import Any

from telegram.error import BadRequest, TelegramError

from bot.channels.base import Outgoing
from bot.channels.telegram.api import Api, api
from bot.channels.telegram.errors import border
from bot.channels.telegram.files import Part, parts
from bot.channels.telegram.reading import Me
from bot.channels.telegram.rendering import Keyboard, in_parts, keyboard, sharing
from handlers.messages import Reply
from knowledge.errors import Moved, Refused, TryLater, Unavailable, Unusable

log = logging.getLogger(__name__)

TYPING_SECONDS = 0.7  # who is answered sooner needs no sign that somebody types, and each sign is a request
BEGUN_SECONDS = 4 * 3600.0  # how long a message that was sent in part is remembered; its tries come within an hour
BEGUN_MOST = 1000
CLOSING_SECONDS = 2.0  # for answers to taps that are under way
OPENS = ":+"  # stands in an address before the name of a topic that is still to be opened
NO_PREVIEW = {"is_disabled": True}

_NOT_MODIFIED = "message is not modified"
_SEND_ANEW = (
    "message can't be edited",
    "message to edit not found",
    "message_id_invalid",
    "there is no text in the message",
    "message_author_required",
)
_NO_PHOTO = ("photo_invalid_dimensions", "image_process_failed", "photo_ext_invalid", "photo_save_file_invalid")
_TOO_BIG = "file is too big"


@dataclass(frozen=True, slots=True)
class _Way:
    """How a part is tried: where, as which markup, in place of which message."""

    chat: int
    thread: int | None
    edits: int | None
    html: bool = True
    photo: bool = True


class Telegram:
    """The channel. An address is `<chat id>` or, for a topic of a group, `<chat id>:<thread id>`.

    `<chat id>:+<name>` is a topic still to be opened: that is done when its first row is sent, and the account moves.
    """

    name = "telegram"

    def __init__(self, token: str, base_url: str) -> None:
        self.api: Api = api(token, base_url)
        self.me: Me | None = None
        self._begun: dict[tuple[str, Reply], tuple[int, float]] = {}
        self._typing: dict[str, asyncio.TimerHandle] = {}
        self._tasks: set[asyncio.Task[None]] = set()

    def calls(self, reply: Reply) -> int:
        """Count the calls by which a reply leaves: its files, and the parts of its text."""
        return len(reply.files) + len(in_parts(reply.text))

    async def send(self, message: Outgoing) -> str | None:
        """Send one message, in parts where it is too long, and return the id of the last, which has the buttons.

        Where a later part must wait, the next try of the same message goes on behind the parts that were sent. A later
        part in doubt, or refused, ends the message: what was sent is not repeated.
        """
        self._stop_typing(message.address)
        if OPENS in message.address:
            raise Moved(await self._open_topic(*message.address.split(OPENS, 1)))
        reply = message.reply
        cut = parts(message)
        key = (message.address, reply)
        done = self._take_begun(key)
        external_id: str | None = None
        for number, part in enumerate(cut[done:], done):
            way = _way(message.address, reply.edits if number == 0 and part.file is None else None)
            buttons = (keyboard(reply.buttons) or sharing(reply.asks_phone)) if number == len(cut) - 1 else None
            try:
                with border():
                    external_id = await self._post(way, part, buttons)
            except TryLater:
                self._remember_begun(key, number)
                raise
        return external_id

    async def _post(self, way: _Way, part: Part, buttons: Keyboard | None) -> str | None:
        """Send or edit one part, in a plainer way where Telegram does not take it."""
        while True:
            try:
                return await self._try(way, part, buttons)
            except BadRequest as error:
                said = error.message.lower()
                if way.edits is not None and _NOT_MODIFIED in said:
                    return str(way.edits)
                plainer = _plainer(way, said)
                if plainer is None:
                    raise
                log.info("Telegram: %s; tried in a plainer way", said)
                way = plainer

    async def _try(self, way: _Way, part: Part, buttons: Keyboard | None) -> str | None:
        method, shown = part.call(html=way.html, photo=way.photo)
        shown |= {"reply_markup": buttons, "link_preview_options": NO_PREVIEW if part.file is None else None}
        if way.edits is not None:
            await self.api.call("editMessageText", chat_id=way.chat, message_id=way.edits, **shown)
            return str(way.edits)
        sent = await self.api.call(method, chat_id=way.chat, message_thread_id=way.thread, **shown)
        number = sent.get("message_id") if isinstance(sent, dict) else None
        return None if number is None else str(number)

    async def _open_topic(self, chat: str, name: str) -> str:
        """Open a topic in a group and give its address; that of the group itself where none can be opened there."""
        try:
            with border():
                topic = await self.api.call("createForumTopic", chat_id=int(chat), name=name)
        except Refused as error:
            log.error(
                "Telegram opens no topic in the officials' group (topics on? the bot may manage them?): %s", error
            )
            return chat
        number = topic.get("message_thread_id") if isinstance(topic, dict) else None
        return chat if number is None else f"{chat}:{number}"

    def _take_begun(self, key: tuple[str, Reply]) -> int:
        done, at = self._begun.pop(key, (0, 0.0))
        return done if time.monotonic() - at < BEGUN_SECONDS else 0

    def _remember_begun(self, key: tuple[str, Reply], done: int) -> None:
        if done == 0:
            return
        while len(self._begun) >= BEGUN_MOST:
            del self._begun[next(iter(self._begun))]
        self._begun[key] = (done, time.monotonic())

    async def fetch(self, reference: str, most: int) -> bytes:
        """Fetch a file that somebody sent. Raises `Unusable` (`too_big`, `gone`) or `DeliveryError`."""
        with border():
            try:
                code, content = await self.api.file(reference, most)
            except BadRequest as error:  # besides the size: the reference is of another bot, or too old
                raise Unusable("too_big" if _TOO_BIG in error.message.lower() else "gone") from None
        if code != HTTPStatus.OK:
            raise Unusable("gone")
        if len(content) > most:
            raise Unusable("too_big")
        return content

    async def introduce(self) -> Me:
        """Ask Telegram who the bot is; its name is needed to read what is said in groups. Raises `DeliveryError`."""
        if self.me is None:
            with border():
                self.me = await self.api.who()
            log.info("Telegram knows the bot as @%s", self.me.username)
        return self.me

    async def announce(self, menus: Mapping[str | None, Sequence[tuple[str, str]]]) -> None:
        """Set the menu of commands by language; None is for all others. Raises `DeliveryError`."""
        scope = {"type": "all_private_chats"}  # in a group the bot would offer itself to everybody
        with border():
            for language, listed in menus.items():
                commands = [{"command": command, "description": words} for command, words in listed]
                await self.api.call("setMyCommands", commands=commands, scope=scope, language_code=language)

    def answer_tap(self, query: str) -> None:
        """Take the waiting sign off a tapped button; nobody waits for it, and a failure does no harm."""
        self._begin(self._answer_tap(query))

    async def _answer_tap(self, query: str) -> None:
        try:
            await self.api.call("answerCallbackQuery", callback_query_id=query)
        except TelegramError as error:  # most often "query is too old"
            log.debug("a tap was not answered: %s", type(error).__name__)

    def expect(self, address: str, is_awaited: Callable[[], Awaitable[bool]]) -> None:
        """Show that somebody types if the answer to this address takes longer than a moment, and is still to come."""
        self._stop_typing(address)
        loop = asyncio.get_running_loop()
        self._typing[address] = loop.call_later(TYPING_SECONDS, self._type, address, is_awaited)

    def _type(self, address: str, is_awaited: Callable[[], Awaitable[bool]]) -> None:
        self._typing.pop(address, None)
        self._begin(self._show_typing(_way(address, None), is_awaited))

    async def _show_typing(self, way: _Way, is_awaited: Callable[[], Awaitable[bool]]) -> None:
        try:
            if not await is_awaited():
                return
            await self.api.call("sendChatAction", chat_id=way.chat, message_thread_id=way.thread, action="typing")
        except (TelegramError, Unavailable) as error:
            log.debug("no typing sign was shown: %s", type(error).__name__)

    def _stop_typing(self, address: str) -> None:
        waiting = self._typing.pop(address, None)
        if waiting is not None:
            waiting.cancel()

    def _begin(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def close(self) -> None:
        """Let what is under way come to its end, and close the connections."""
        for address in list(self._typing):
            self._stop_typing(address)
        if self._tasks:
            await asyncio.wait(self._tasks, timeout=CLOSING_SECONDS)
        for task in self._tasks:
            task.cancel()
        await self.api.close_connections()


def _way(address: str, edits: str | None) -> _Way:
    chat, _, thread = address.partition(":")
    number = int(edits) if edits is not None and edits.isdecimal() else None
    return _Way(int(chat), int(thread) if thread else None, number)


def _plainer(way: _Way, said: str) -> _Way | None:
    """Find another way for what Telegram did not take; None when there is none."""
    if way.edits is not None and any(reason in said for reason in _SEND_ANEW):
        return replace(way, edits=None)
    if way.html and "can't parse entities" in said:
        return replace(way, html=False)
    if way.photo and any(reason in said for reason in _NO_PHOTO):
        return replace(way, photo=False)
    if way.thread is not None and "message thread not found" in said:
        return replace(way, thread=None)
    return None
