"""A Bot API of our own for what the npm package lacks: media, errors, topics, a webhook that repeats, real getUpdates.

It refuses what Telegram would refuse (too long, empty, unknown markup) and keeps what was sent.
"""

from __future__ import annotations

import asyncio
import json
import re
import time
from collections import defaultdict
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from typing import Any

import aiohttp
from aiohttp import web

from tests.channels.samples import BOT, Json

TEXT_UNITS = 4096
MARKUP = re.compile(r"<(/?)([a-z]+)[^<>]*>")
KNOWN = {"b", "i", "u", "s", "a", "code", "pre"}
HELD_SECONDS = 5.0
REPEAT_SECONDS = 0.2
SECRET_HEADER = "X-Telegram-Bot-Api-Secret-Token"

Answer = tuple[int, Json]


def no(code: int, description: str, **parameters: Any) -> Answer:
    """A refusal as Telegram words it."""
    answer: Json = {"ok": False, "error_code": code, "description": description}
    return code, answer | ({"parameters": parameters} if parameters else {})


class Standin:
    """The server and the people behind it."""

    def __init__(self, token: str) -> None:
        self._token = token
        self._updates: list[Json] = []
        self._number, self._message = 0, 100
        self._new = asyncio.Event()
        self._webhook: tuple[str, str] | None = None
        self._planned: defaultdict[str, list[Answer | Callable[[Json], Answer | None]]] = defaultdict(list)
        self.messages: dict[tuple[int, int], Json] = {}
        self.asked: list[tuple[float, str, Json]] = []
        self.given = asyncio.Event()
        self.slow_seconds = 0.0
        self.confirmed = 0
        self.address = ""

    # --- the people -------------------------------------------------------------------------------------------------

    def update(self, raw: Json) -> int:
        """Let something happen; gives the update's number."""
        self._number += 1
        self._updates.append({**raw, "update_id": self._number})
        self._new.set()
        return self._number

    def plan(self, method: str, *answers: Answer | Callable[[Json], Answer | None]) -> None:
        """Answer the next calls of a method with these."""
        self._planned[method] += answers

    async def deliver(self, raw: Json, seconds: float = 60.0) -> int:
        """Call the webhook until it says that the update is safe, as Telegram does; gives how often it was called."""
        assert self._webhook is not None
        url, secret = self._webhook
        self._number += 1
        body = {**raw, "update_id": self._number}
        until, calls = time.monotonic() + seconds, 0
        async with aiohttp.ClientSession() as session:
            while time.monotonic() < until:
                calls += 1
                try:
                    async with session.post(url, json=body, headers={SECRET_HEADER: secret}) as answer:
                        if answer.status < 300:
                            return calls
                except aiohttp.ClientError:
                    pass
                await asyncio.sleep(REPEAT_SECONDS)
        raise AssertionError("the webhook never took it")

    def of(self, method: str) -> list[Json]:
        """The parameters of every call of a method so far."""
        return [asked for _, name, asked in self.asked if name == method]

    def times(self, method: str) -> list[float]:
        """When a method was called, in monotonic seconds."""
        return [at for at, name, _ in self.asked if name == method]

    def shown(self, chat: int) -> list[str]:
        """The texts that a chat shows, in order."""
        return [given["text"] for (place, _), given in sorted(self.messages.items()) if place == chat]

    async def until(self, true: Callable[[], object], what: str, seconds: float = 60.0) -> None:
        """Wait for something to become true."""
        end = time.monotonic() + seconds
        while not true():
            assert time.monotonic() < end, f"{what}; asked: {[name for _, name, _ in self.asked][-20:]}"
            await asyncio.sleep(0.02)

    async def answers(self, chat: int, count: int, what: str) -> None:
        """Wait until the chat shows so many messages."""
        await self.until(lambda: len(self.shown(chat)) >= count, f"{what}: not answered")

    async def sees(self, wanted: str, chat: int = 100) -> int:
        """Wait until the chat shows a message with these words; gives its id."""

        def found() -> list[int]:
            of_chat = sorted(((at, shown) for at, shown in self.messages.items() if at[0] == chat), reverse=True)
            return [number for (_, number), shown in of_chat if wanted in shown["text"]]

        await self.until(found, f"{wanted!r} was not said")
        return found()[0]

    # --- the server -------------------------------------------------------------------------------------------------

    async def _called(self, request: web.Request) -> web.StreamResponse:
        method = request.match_info["method"]
        if request.match_info["token"] != self._token:
            return web.json_response(no(401, "Unauthorized")[1], status=401)
        given = _parameters(await request.post(), request.query)
        self.asked.append((time.monotonic(), method, given))
        answer: Answer | None = None
        if self._planned[method]:
            planned = self._planned[method].pop(0)
            answer = planned(given) if callable(planned) else planned
        if answer is None:
            answer = await self._answer(method, given)
        code, body = answer
        return web.json_response(body, status=code)

    async def _answer(self, method: str, given: Json) -> Answer:
        match method:
            case "getMe":
                return _yes(BOT)
            case "getUpdates":
                return await self._poll(given)
            case "sendMessage":
                await asyncio.sleep(self.slow_seconds)
                return self._send(given)
            case "editMessageText":
                return self._edit(given)
            case "setWebhook":
                self._webhook = (given["url"], given.get("secret_token", ""))
            case "deleteWebhook":
                self._webhook = None
            case "getWebhookInfo":
                url = "" if self._webhook is None else self._webhook[0]
                return _yes({"url": url, "has_custom_certificate": False, "pending_update_count": len(self._updates)})
            case "answerCallbackQuery" | "sendChatAction" | "setMyCommands":
                pass
            case _:
                return no(404, "Not Found")
        return _yes(True)

    async def _poll(self, given: Json) -> Answer:
        if self._webhook is not None:
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
        return _yes(self._updates[:100])

    def _send(self, given: Json) -> Answer:
        wrong = _wrong(given)
        if wrong is not None:
            return no(400, f"Bad Request: {wrong}")
        self._message += 1
        chat = int(given["chat_id"])
        self.messages[chat, self._message] = given
        sent = {"message_id": self._message, "date": int(time.time()), "chat": {"id": chat, "type": "private"}}
        return _yes(sent | {"text": given["text"], "from": BOT})

    def _edit(self, given: Json) -> Answer:
        wrong = _wrong(given)
        at = int(given["chat_id"]), int(given["message_id"])
        before = self.messages.get(at)
        if wrong is not None or before is None:
            return no(400, f"Bad Request: {wrong or 'message to edit not found'}")
        if (before["text"], before.get("reply_markup")) == (given["text"], given.get("reply_markup")):
            return no(400, "Bad Request: message is not modified: specified new message content is exactly the same")
        self.messages[at] = given
        return _yes({"message_id": at[1], "date": 1, "chat": {"id": at[0], "type": "private"}, "text": given["text"]})


def _yes(result: Any) -> Answer:
    return 200, {"ok": True, "result": result}


def _parameters(*sources: Any) -> Json:
    """Read parameters; what is JSON in them is read too."""
    given: Json = {key: value for source in sources for key, value in source.items()}
    for name in ("reply_markup", "link_preview_options", "allowed_updates", "commands", "scope"):
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
    return "BUTTON_DATA_INVALID" if any(not 1 <= len(action.encode()) <= 64 for action in actions) else None


async def _rounds() -> None:
    """Let the loop turn a few times, however long one turn takes on a busy machine."""
    for _ in range(10):
        await asyncio.sleep(0.01)


@asynccontextmanager
async def standin(token: str) -> AsyncIterator[Standin]:
    """Run the server on a free port."""
    made = Standin(token)
    application = web.Application()
    application.router.add_route("*", "/bot{token}/{method}", made._called)
    runner = web.AppRunner(application, access_log=None, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    made.address = f"http://127.0.0.1:{runner.addresses[0][1]}"
    try:
        yield made
    finally:
        await _rounds()  # what a killed bot had begun is accepted: asyncio leaks a connection accepted while it closes
        await runner.cleanup()
        await _rounds()
