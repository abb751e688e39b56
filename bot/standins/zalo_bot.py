"""A stand-in for Zalo's Bot Platform: one event a poll without acknowledgement, a webhook, plain messages."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable
from datetime import datetime
from typing import Any

import aiohttp
from aiohttp import web

from bot.standins.faults import Faults, Wrong, apply

TOKEN = "123456789:a-token-of-the-stand-in"  # noqa: S105 - of the stand-in
TEXT_MOST = 2000
SECRET_LEAST, SECRET_MOST = 8, 256  # characters
SECRET_HEADER = "X-Bot-Api-Secret-Token"  # noqa: S105 - the header's name
Json = dict[str, Any]


class ZaloBotServer:
    """The platform, as one bot sees it."""

    def __init__(self, clock: Callable[[], datetime], token: str = TOKEN) -> None:
        self.token = token
        self.clock = clock
        self.sent: list[Json] = []
        self.heard: Callable[[Json], None] | None = None
        self.waiting: deque[Json] = deque()
        self.chats: set[str] = set()
        self.webhook: tuple[str, str] | None = None
        self.faults = Faults()
        self.quota: int | None = None
        self.hold_seconds = 25.0  # how long an empty poll is held at most
        self._numbers = 0

    def routes(self) -> list[web.RouteDef]:
        """Give the routes of the platform."""
        return [web.route("*", "/bot{token}/{method}", self._called)]

    def application(self) -> web.Application:
        """Make the application."""
        application = web.Application()
        application.add_routes(self.routes())
        return application

    async def _called(self, request: web.Request) -> web.StreamResponse:
        fault = self.faults.take(request.path)
        if fault is None:
            return await self._answer(request)
        if fault.wrong is Wrong.CODE:
            return _no(int(fault.number), "as it was told")
        return await apply(fault, request, self._answer)

    async def _answer(self, request: web.Request) -> web.StreamResponse:
        if request.match_info["token"] != self.token:
            return _no(401, "Unauthorized")
        methods: dict[str, Callable[[Json], Any]] = {
            "getMe": self._me,
            "getUpdates": self._updates,
            "setWebhook": self._set_webhook,
            "deleteWebhook": self._delete_webhook,
            "getWebhookInfo": self._webhook_info,
            "sendMessage": self._send,
            "sendChatAction": lambda _given: _yes(None),
        }
        method = methods.get(request.match_info["method"])
        if method is None:
            return _no(404, "Not found")
        answer = method(await _given(request))
        done: web.StreamResponse = await answer if asyncio.iscoroutine(answer) else answer
        return done

    def _me(self, _given: Json) -> web.Response:
        return _yes({"id": "1459", "account_name": "bot.mot_cua", "account_type": "BASIC", "can_join_groups": False})

    async def _updates(self, given: Json) -> web.Response:
        """Give one event and forget it, or say after a while that there is none."""
        if self.webhook is not None:
            return _no(400, "Bad request: a webhook is set")
        seconds = min(float(given.get("timeout") or 0), self.hold_seconds)
        until = asyncio.get_running_loop().time() + seconds
        while not self.waiting:
            if asyncio.get_running_loop().time() >= until:
                return _no(408, "Request timeout")
            await asyncio.sleep(0.01)
        return _yes(self.waiting.popleft())

    def _set_webhook(self, given: Json) -> web.Response:
        url, secret = str(given.get("url", "")), str(given.get("secret_token", ""))
        if not url or not SECRET_LEAST <= len(secret) <= SECRET_MOST:
            return _no(400, "Bad request")
        self.webhook = url, secret
        return _yes({"url": url, "updated_at": self._now()})

    def _delete_webhook(self, _given: Json) -> web.Response:
        self.webhook = None
        return _yes({"url": "", "updated_at": self._now()})

    def _webhook_info(self, _given: Json) -> web.Response:
        return _yes({"url": self.webhook[0] if self.webhook else "", "updated_at": self._now()})

    def _send(self, given: Json) -> web.Response:
        text = given.get("text")
        if not isinstance(text, str) or not 1 <= len(text) <= TEXT_MOST or given.get("chat_id") not in self.chats:
            return _no(400, "Bad request")
        if self.quota is not None and len(self.sent) >= self.quota:
            return _no(429, "Quota exceeded")
        self.sent.append(given)
        if self.heard is not None:
            self.heard(given)
        return _yes({"message_id": f"m{len(self.sent)}", "date": self._now()})

    def wrote(self, who: str, text: str) -> Json:
        """Make the event of somebody who wrote; before that they have no chat with the bot."""
        self.chats.add(who)
        self._numbers += 1
        sender = {"id": who, "display_name": "An", "is_bot": False}
        chat = {"id": who, "chat_type": "PRIVATE"}
        message = {"from": sender, "chat": chat, "message_id": f"in{self._numbers}", "date": self._now(), "text": text}
        return {"event_name": "message.text.received", "message": message}

    async def tell(self, session: aiohttp.ClientSession, event: Json) -> int:
        """Send an event to the webhook that was set and give the status of its answer."""
        assert self.webhook is not None
        url, secret = self.webhook
        async with session.post(url, json={"ok": True, "result": event}, headers={SECRET_HEADER: secret}) as answer:
            return answer.status

    def _now(self) -> int:
        return int(self.clock().timestamp() * 1000)


async def _given(request: web.Request) -> Json:
    """Read what a method was given, in whichever way the caller wrote it."""
    if request.content_type == "application/json" and request.can_read_body:
        found = await request.json()
        return found if isinstance(found, dict) else {}
    return {**request.query, **await request.post()}


def _yes(result: Any) -> web.Response:
    return web.json_response({"ok": True} if result is None else {"ok": True, "result": result})


def _no(code: int, said: str) -> web.Response:
    return web.json_response({"ok": False, "error_code": code, "description": said})
