"""A stand-in for the Bot API: getUpdates that confirms, a webhook, messages, and the limits that Telegram enforces.

It refuses what Telegram would refuse (too long, empty, unknown markup, too much) and keeps what was sent.
"""

from __future__ import annotations

import asyncio
import json
import re
import time
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from itertools import count
from math import ceil
from typing import Any

import aiohttp
from aiohttp import web

from bot.standins.faults import Faults, Wrong, apply

TOKEN = "123456789:AAE-a_token_of_the_stand_in"  # noqa: S105 - of the stand-in
BOT = {"id": 123456789, "is_bot": True, "first_name": "Một Cửa", "username": "motcua_standin_bot"}
TEXT_UNITS, ACTION_BYTES, UPDATES_AT_ONCE = 4096, 64, 100
MARKUP = re.compile(r"<(/?)([a-z]+)[^<>]*>")
KNOWN = {"b", "i", "u", "s", "a", "code", "pre"}
HELD_SECONDS = 5.0
SECRET_HEADER = "X-Telegram-Bot-Api-Secret-Token"  # noqa: S105 - the header's name
SENDING = {"sendMessage", "editMessageText"}
_JSON = ("reply_markup", "link_preview_options", "allowed_updates", "commands", "scope")

Json = dict[str, Any]
Answer = tuple[int, Json]


@dataclass
class Flood:
    """What may be sent in a span of time; what goes beyond it is refused, and so is all that comes too early after it.

    Bots FAQ: 30 messages a second, one a second to a chat, 20 a minute to a group.
    """

    most: int
    seconds: float
    _sent: deque[float] = field(default_factory=deque)
    _until: float = 0.0

    def refuses(self, now: float) -> int:
        """Give the seconds to wait, 0 where a message may be sent."""
        while self._sent and self._sent[0] <= now - self.seconds:
            self._sent.popleft()
        if len(self._sent) >= self.most:
            self._until = max(self._until, now + ceil(self._sent[0] + self.seconds - now))
        return ceil(self._until - now) if self._until > now else 0

    def add(self, now: float) -> None:
        """Count a message."""
        self._sent.append(now)


@dataclass(frozen=True, slots=True)
class Limits:
    """What Telegram enforces: messages and seconds on the whole, for a chat, for a group."""

    whole: tuple[int, float] = (30, 1.0)
    chat: tuple[int, float] = (1, 1.0)
    group: tuple[int, float] = (20, 60.0)


class TelegramServer:
    """The server, as one bot sees it; without `limits` it takes any number of messages."""

    def __init__(self, token: str = TOKEN, limits: Limits | None = None, bot: Json | None = None) -> None:
        self.token = token
        self.bot = bot or BOT
        self.limits = limits
        self.faults = Faults()
        self.messages: dict[tuple[int, int], Json] = {}
        self.sent: list[tuple[float, int, str]] = []
        self.topics: list[tuple[int, str]] = []  # opened: in which group, under which name
        self.refusals: list[tuple[float, int, int]] = []  # when, to which chat, how long to wait
        self.heard: Callable[[int, str], None] | None = None
        self.webhook: tuple[str, str] | None = None
        self.given = asyncio.Event()
        self.confirmed = 0
        self.slow_seconds = 0.0
        self._updates: list[Json] = []
        self._number, self._message = 0, 100
        self._new = asyncio.Event()
        self._whole = Flood(*limits.whole) if limits else None
        self._chats: dict[int, Flood] = {}
        self._numbers = count(1)

    def routes(self, prefix: str = "") -> list[web.RouteDef]:
        """Give the routes of the Bot API, under a prefix."""
        return [web.route("*", prefix + "/bot{token}/{method}", self.called)]

    def application(self) -> web.Application:
        """Make the application."""
        application = web.Application()
        application.add_routes(self.routes())
        return application

    # --- the people -------------------------------------------------------------------------------------------------

    def update(self, raw: Json) -> int:
        """Let something happen; gives the update's number."""
        self._number += 1
        self._updates.append({**raw, "update_id": self._number})
        self._new.set()
        return self._number

    def wrote(self, who: int, text: str) -> Json:
        """Make the update of somebody who wrote."""
        chat = {"id": who, "type": "private", "first_name": "An"}
        sender = {"id": who, "is_bot": False, "first_name": "An", "language_code": "vi"}
        about = {"message_id": next(self._numbers), "date": int(time.time()), "chat": chat, "from": sender}
        return {"message": {**about, "text": text}}

    async def tell(self, session: aiohttp.ClientSession, raw: Json) -> int:
        """Send an update to the webhook that was set and give the status of its answer."""
        assert self.webhook is not None
        url, secret = self.webhook
        self._number += 1
        body = {**raw, "update_id": self._number}
        async with session.post(url, json=body, headers={SECRET_HEADER: secret}) as answer:
            return answer.status

    # --- the server -------------------------------------------------------------------------------------------------

    async def called(self, request: web.Request) -> web.StreamResponse:
        """Answer a call of a method, wrongly where a fault waits for it."""
        fault = self.faults.take(request.path)
        if fault is None:
            return await self._called(request)
        if fault.wrong is Wrong.CODE:
            return web.json_response(no(int(fault.number), "as it was told")[1], status=int(fault.number))
        return await apply(fault, request, self._called)

    async def _called(self, request: web.Request) -> web.StreamResponse:
        method = request.match_info["method"]
        if request.match_info["token"] != self.token:
            return web.json_response(no(401, "Unauthorized")[1], status=401)
        given = _parameters(await request.post(), request.query)
        seconds = self._flooded(int(given["chat_id"])) if method in SENDING else 0
        if seconds:
            self.refusals.append((time.monotonic(), int(given["chat_id"]), seconds))
            code, body = no(429, f"Too Many Requests: retry after {seconds}", retry_after=seconds)
        else:
            code, body = await self.answer(method, given)
        return web.json_response(body, status=code)

    async def answer(self, method: str, given: Json) -> Answer:
        """Give the answer to a method with these parameters."""
        match method:
            case "getMe":
                return yes(self.bot)
            case "getUpdates":
                return await self._poll(given)
            case "sendMessage":
                await asyncio.sleep(self.slow_seconds)
                return self._send(given)
            case "editMessageText":
                return self._edit(given)
            case "setWebhook":
                self.webhook = (given["url"], given.get("secret_token", ""))
            case "deleteWebhook":
                self.webhook = None
            case "getWebhookInfo":
                url = "" if self.webhook is None else self.webhook[0]
                return yes({"url": url, "has_custom_certificate": False, "pending_update_count": len(self._updates)})
            case "createForumTopic":
                self.topics.append((int(given["chat_id"]), given["name"]))
                return yes({"message_thread_id": len(self.topics), "name": given["name"], "icon_color": 0})
            case "answerCallbackQuery" | "sendChatAction" | "setMyCommands":
                pass
            case _:
                return no(404, "Not Found")
        return yes(True)

    def _flooded(self, chat: int) -> int:
        """Give the seconds that a message to this chat has to wait, and count it where it need not."""
        if self.limits is None or self._whole is None:
            return 0
        now = time.monotonic()
        of_chat = self._chats.setdefault(chat, Flood(*(self.limits.group if chat < 0 else self.limits.chat)))
        seconds = max(self._whole.refuses(now), of_chat.refuses(now))
        if not seconds:
            self._whole.add(now)
            of_chat.add(now)
        return seconds

    async def _poll(self, given: Json) -> Answer:
        if self.webhook is not None:
            return no(409, "Conflict: can't use getUpdates method while webhook is active")
        offset = int(given.get("offset", 0))
        self.confirmed = max(self.confirmed, offset - 1)
        self._updates = [update for update in self._updates if update["update_id"] > self.confirmed]
        if not self._updates and int(given.get("timeout", 0)):
            self._new.clear()
            with suppress(TimeoutError):
                await asyncio.wait_for(self._new.wait(), HELD_SECONDS)
        if self._updates:
            self.given.set()
        return yes(self._updates[:UPDATES_AT_ONCE])

    def _send(self, given: Json) -> Answer:
        wrong = _wrong(given)
        if wrong is not None:
            return no(400, f"Bad Request: {wrong}")
        self._message += 1
        chat = int(given["chat_id"])
        self.messages[chat, self._message] = given
        self.sent.append((time.monotonic(), chat, given["text"]))
        if self.heard is not None:
            self.heard(chat, given["text"])
        sent = {"message_id": self._message, "date": int(time.time()), "chat": {"id": chat, "type": "private"}}
        return yes(sent | {"text": given["text"], "from": self.bot})

    def _edit(self, given: Json) -> Answer:
        wrong = _wrong(given)
        at = int(given["chat_id"]), int(given["message_id"])
        before = self.messages.get(at)
        if wrong is not None or before is None:
            return no(400, f"Bad Request: {wrong or 'message to edit not found'}")
        if (before["text"], before.get("reply_markup")) == (given["text"], given.get("reply_markup")):
            return no(400, "Bad Request: message is not modified: specified new message content is exactly the same")
        self.messages[at] = given
        if self.heard is not None:
            self.heard(at[0], given["text"])
        return yes({"message_id": at[1], "date": 1, "chat": {"id": at[0], "type": "private"}, "text": given["text"]})


def yes(result: Any) -> Answer:
    """Give what Telegram answers when it did what was asked."""
    return 200, {"ok": True, "result": result}


def no(code: int, description: str, **parameters: Any) -> Answer:
    """Give a refusal as Telegram words it."""
    answer: Json = {"ok": False, "error_code": code, "description": description}
    return code, answer | ({"parameters": parameters} if parameters else {})


def _parameters(*sources: Any) -> Json:
    """Read parameters; what is JSON in them is read too."""
    given: Json = {key: value for source in sources for key, value in source.items()}
    for name in _JSON:
        if isinstance(given.get(name), str):
            given[name] = json.loads(given[name])
    return given


def _wrong(given: Json) -> str | None:
    """Say what Telegram would not take of a message."""
    text = given.get("text", "")
    if not text.strip():
        return "message text is empty"
    if len(text.encode("utf-16-le")) // 2 > TEXT_UNITS:
        return "message is too long"
    tags = MARKUP.findall(text) if given.get("parse_mode") == "HTML" else []
    if any(name not in KNOWN for _, name in tags) or "<" in MARKUP.sub("", text) * bool(given.get("parse_mode")):
        return "can't parse entities: unsupported start tag"
    rows = (given.get("reply_markup") or {}).get("inline_keyboard", [])
    actions = [button["callback_data"] for row in rows for button in row]
    return "BUTTON_DATA_INVALID" if any(not 1 <= len(a.encode()) <= ACTION_BYTES for a in actions) else None
