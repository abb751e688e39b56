"""A stand-in for Zalo's Official Account servers: OAuth, OpenAPI and the events that it sends to a webhook.

It behaves as the platform's documents say: tokens that end and refresh tokens that work once, the 7 days after a
contact, a limit by the minute, refusals with HTTP 200. Nothing here is Zalo's: shapes and rules were written down anew.
"""

from __future__ import annotations

import base64
import hashlib
import json
import secrets
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import aiohttp
from aiohttp import web

from bot.standins.faults import Faults, Handler, Wrong, apply
from bot.standins.zalo_zns import ZnsDesk

FREE, REACHED = timedelta(hours=48), timedelta(days=7)
CODE_LIFE = timedelta(minutes=10)  # of an authorisation code, which works once
TEXT_MOST, BUTTONS_MOST, IMAGE_MOST, FILE_MOST = 2000, 5, 1 << 20, 5 << 20
DOCUMENTS = (".pdf", ".doc", ".docx", ".csv")
Json = dict[str, Any]


@dataclass(slots=True)
class Person:
    """Somebody who knows the account: when they last made contact, and whether they follow it and take messages."""

    last: datetime | None = None
    follows: bool = True
    blocks: bool = False


@dataclass(frozen=True, slots=True)
class Sent:
    """A message that arrived: to whom, what, and whether it was charged."""

    to: str
    message: Json
    id: str
    charged: bool


@dataclass
class Account:
    """What the servers know of one application and its account."""

    app_id: str = "360846524940903967"
    app_secret: str = "a secret of the application"  # noqa: S105 - of the stand-in
    oa_secret: str = "a secret of the account"  # noqa: S105 - of the stand-in
    oa_id: str = "388613280878808645"
    expires_in: float = 90000.0  # seconds: 25 hours, as the platform says
    per_minute: int = 4000
    refresh: str = "refresh-0"
    access: dict[str, datetime] = field(default_factory=dict)  # each token that lives, until when
    ended: set[str] = field(default_factory=set)
    codes: dict[str, tuple[str, datetime]] = field(default_factory=dict)  # code → challenge, until when
    renewals: int = 0


class ZaloOaServer:
    """The servers. `clock` tells the time, so that days can pass in a moment."""

    def __init__(self, clock: Callable[[], datetime], account: Account | None = None) -> None:
        self.account = account or Account()
        self.clock = clock
        self.people: dict[str, Person] = {}
        self.sent: list[Sent] = []
        self.asked: list[tuple[str, Json]] = []
        self.uploaded: dict[str, bytes] = {}
        self.files: dict[str, bytes] = {}
        self.zns = ZnsDesk()
        self.faults = Faults()
        self.heard: Callable[[Sent], None] | None = None
        self._minute: tuple[int, int] = (0, 0)
        self._numbers = 0

    def application(self) -> web.Application:
        """Make the application: one for all three roots."""
        application = web.Application(client_max_size=FILE_MOST * 2, middlewares=[self._wrong])
        application.add_routes(
            [
                web.get("/v4/oa/permission", self._permission),
                web.post("/v4/oa/access_token", self._token),
                web.post("/v3.0/oa/message/cs", self._allowed(self._send)),
                web.post("/v2.0/oa/upload/image", self._allowed(self._image)),
                web.post("/v2.0/oa/upload/file", self._allowed(self._file)),
                web.post("/message/template", self._allowed(self._template)),
                web.get("/v2.0/oa/getoa", self._allowed(self._who)),
                web.get("/files/{name}", self._fetched),
            ]
        )
        return application

    @web.middleware
    async def _wrong(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        fault = self.faults.take(request.path)
        if fault is None:
            return await handler(request)
        if fault.wrong is Wrong.CODE:
            return _no(int(fault.number), "as it was told")
        return await apply(fault, request, handler)

    async def _permission(self, request: web.Request) -> web.Response:
        """Agree, as the account's administrator, and lead back with a code."""
        code = secrets.token_urlsafe(16)
        self.account.codes[code] = (request.query["code_challenge"], self.clock() + CODE_LIFE)
        back = f"{request.query['redirect_uri']}?oa_id={self.account.oa_id}&code={code}"
        raise web.HTTPFound(back)

    async def _token(self, request: web.Request) -> web.Response:
        form = await request.post()
        given, known = {key: str(value) for key, value in form.items()}, self.account
        if request.headers.get("secret_key") != known.app_secret or given.get("app_id") != known.app_id:
            return _refused("Invalid secret key")
        if given.get("grant_type") == "authorization_code":
            challenge, until = known.codes.pop(given.get("code", ""), ("", self.clock()))
            if until <= self.clock() or challenge_of(given.get("code_verifier", "")) != challenge:
                return _refused("Invalid code")
        elif given.get("refresh_token") != known.refresh:
            return _refused("Invalid refresh token")
        return web.json_response(self.renew())

    def renew(self) -> Json:
        """Give a new pair; both old tokens are dead from now on."""
        known = self.account
        known.ended |= known.access.keys()
        known.renewals += 1
        access, known.refresh = f"access-{secrets.token_hex(8)}", f"refresh-{secrets.token_hex(8)}"
        known.access = {access: self.clock() + timedelta(seconds=known.expires_in)}
        return {"access_token": access, "refresh_token": known.refresh, "expires_in": f"{known.expires_in:g}"}

    def _allowed(self, handler: Handler) -> Handler:
        """Let in who has a token that lives, and no more than so many a minute."""

        async def guarded(request: web.Request) -> web.StreamResponse:
            minute = int(self.clock().timestamp() // 60)
            count = self._minute[1] + 1 if self._minute[0] == minute else 1
            self._minute = minute, count
            if count > self.account.per_minute:
                return _no(-32, "Your application reached limit call api")
            token = request.headers.get("access_token", "")
            until = self.account.access.get(token)
            if until is None:
                return _no(-220, "access_token is expired or removed") if token in self.account.ended else _invalid()
            return await handler(request) if self.clock() < until else _no(-220, "access_token is expired or removed")

        return guarded

    async def _send(self, request: web.Request) -> web.Response:
        body = await request.json()
        self.asked.append((request.path, body))
        to = body["recipient"]
        who = str(to.get("user_id") or to.get("anonymous_id"))
        refusal = _fault_of(body["message"]) or self._unreachable(who)
        if refusal is not None:
            return refusal
        last = self.people[who].last
        self._numbers += 1
        sent = Sent(who, body["message"], f"m{self._numbers}", last is not None and self.clock() - last > FREE)
        self.sent.append(sent)
        if self.heard is not None:
            self.heard(sent)
        at = self._stamp()
        return _yes({"message_id": sent.id, "user_id": who, "sent_time": at})

    def _unreachable(self, who: str) -> web.Response | None:
        person = self.people.get(who)
        if person is None:
            return _no(-213, "User has not followed OA")
        if person.blocks:
            return _no(-217, "User has blocked OA")
        if person.last is None or self.clock() - person.last > REACHED:
            return _no(-230, "User has not interacted with the OA in the past 7 days")
        return None

    async def _template(self, request: web.Request) -> web.Response:
        body = await request.json()
        self.asked.append((request.path, body))
        return self.zns.take(body, self.clock())

    async def _image(self, request: web.Request) -> web.Response:
        return await self._upload(request, "attachment_id", IMAGE_MOST, (".png", ".jpg", ".jpeg"))

    async def _file(self, request: web.Request) -> web.Response:
        return await self._upload(request, "token", FILE_MOST, DOCUMENTS)

    async def _upload(self, request: web.Request, key: str, most: int, endings: tuple[str, ...]) -> web.Response:
        part = (await request.post()).get("file")
        if not isinstance(part, web.FileField) or not part.filename.lower().endswith(endings):
            return _no(-201, "file is invalid!")
        content = part.file.read()
        if len(content) > most:
            return _no(-210, "file is too large")
        name = f"{key}-{len(self.uploaded)}"
        self.uploaded[name] = content
        return _yes({key: name})

    async def _who(self, _request: web.Request) -> web.Response:
        return _yes({"oaid": self.account.oa_id, "name": "Một Cửa"})

    async def _fetched(self, request: web.Request) -> web.Response:
        content = self.files.get(request.match_info["name"])
        return web.Response(status=404) if content is None else web.Response(body=content)

    def wrote(self, who: str, text: str) -> Json:
        """Make the event of somebody who wrote; they made contact by that."""
        self.people.setdefault(who, Person()).last = self.clock()
        self._numbers += 1
        message = {"text": text, "msg_id": f"in{self._numbers}"}
        known = {"sender": {"id": who}, "recipient": {"id": self.account.oa_id}, "user_id_by_app": f"9{who}"}
        return self.event("user_send_text", **known, message=message)

    def shared(self, who: str, phone: str) -> Json:
        """Make the event of somebody who filled in the form that asks for their contact: they are in touch by that."""
        self.people.setdefault(who, Person()).last = self.clock()
        self.zns.phones.add(phone)
        known = {"sender": {"id": who}, "recipient": {"id": self.account.oa_id}, "user_id_by_app": f"9{who}"}
        return self.event("user_submit_info", **known, info={"name": "An", "phone": phone, "address": "1 Đường A"})

    def answered_by_hand(self, who: str, text: str) -> Json:
        """Make the echo of a colleague's message, who wrote to somebody in Zalo's own console."""
        self._numbers += 1
        sender, message = (
            {"id": self.account.oa_id, "admin_id": "1112223"},
            {"text": text, "msg_id": f"by{self._numbers}"},
        )
        return self.event("oa_send_text", sender=sender, recipient={"id": who}, message=message)

    def receipt(self, sent: Sent, *, seen: bool = False) -> Json:
        """Make the receipt of a message."""
        parties = {"sender": {"id": self.account.oa_id}, "recipient": {"id": sent.to}}
        if seen:
            return self.event("user_seen_message", **parties, message={"msg_ids": [sent.id]})
        return self.event("user_received_message", **parties, message={"msg_id": sent.id})

    def receipt_by_phone(self, sent: Json) -> Json:
        """Make the receipt of a message by phone, whose recipient is a number."""
        told = {"msg_id": "zns", "tracking_id": sent["tracking_id"], "delivery_time": self._stamp()}
        parties = {"sender": {"id": self.account.oa_id}, "recipient": {"id": sent["phone"]}}
        return self.event("user_received_message", **parties, message=told)

    def _stamp(self) -> str:
        return str(int(self.clock().timestamp() * 1000))

    def event(self, name: str, **content: Any) -> Json:
        """Make an event."""
        at = self._stamp()
        return {"app_id": self.account.app_id, **content, "event_name": name, "timestamp": at}

    def signed(self, event: Json) -> tuple[bytes, dict[str, str]]:
        """Write an event as it is sent: its bytes and the headers."""
        body = json.dumps(event, ensure_ascii=False).encode()
        known = self.account
        mac = hashlib.sha256(known.app_id.encode() + body + f"{event['timestamp']}{known.oa_secret}".encode())
        return body, {"Content-Type": "application/json", "X-ZEvent-Signature": f"mac={mac.hexdigest()}"}

    async def tell(self, session: aiohttp.ClientSession, webhook: str, event: Json, *, by_phone: bool = False) -> int:
        """Send an event to a webhook and give the status of its answer; `by_phone`: it is of messages by phone."""
        body, headers = self.signed(event)
        headers |= {"X-ZEvent-Server": "ZNS"} if by_phone else {}
        async with session.post(webhook, data=body, headers=headers) as answer:
            return answer.status


def challenge_of(verifier: str) -> str:
    """Give the challenge of a verifier (RFC 7636, S256)."""
    return base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()


def _fault_of(message: Json) -> web.Response | None:
    if len(str(message.get("text", ""))) > TEXT_MOST:
        return _no(-210, "text is out of range")
    payload = message.get("attachment", {}).get("payload", {})
    if payload.get("template_type") == "request_user_info":
        (element,) = payload["elements"]
        fits = 0 < len(element["title"]) <= 100 and len(element.get("subtitle", "")) <= 500
        return None if fits else _no(-210, "an element is out of range")
    if not message.get("text") and not payload:
        return _no(-201, "text is invalid!")
    return _no(-201, "buttons is invalid!") if len(payload.get("buttons", ())) > BUTTONS_MOST else None


def _yes(data: Json) -> web.Response:
    return web.json_response({"error": 0, "message": "Success", "data": data})


def _no(code: int, said: str) -> web.Response:
    return web.json_response({"error": code, "message": said})


def _invalid() -> web.Response:
    return _no(-216, "Access token is invalid")


def _refused(why: str) -> web.Response:
    return web.json_response({"error": -14014, "error_name": why, "error_description": f"{why}."})
