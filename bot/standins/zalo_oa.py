"""A stand-in for Zalo's Official Account servers: OAuth, OpenAPI and the events that it sends to a webhook.

It behaves as the platform's documents say: tokens that end and refresh tokens that work once, the 7 days after a
contact, a limit by the minute, refusals with HTTP 200. Nothing here is Zalo's: shapes and rules were written down anew.
"""

from __future__ import annotations

import base64
import hashlib
import secrets
from collections.abc import Callable
from datetime import date, datetime, timedelta

from aiohttp import web

from bot.standins.faults import Faults, Handler, Wrong, apply
from bot.standins.zalo_happenings import Account, Happenings, Json, Person, Sent

FREE, REACHED = timedelta(hours=48), timedelta(days=7)
CODE_LIFE = timedelta(minutes=10)  # of an authorisation code, which works once
TEXT_MOST, BUTTONS_MOST, IMAGE_MOST, FILE_MOST = 2000, 5, 1 << 20, 5 << 20
DOCUMENTS = (".pdf", ".doc", ".docx", ".csv")
__all__ = ["Account", "Json", "Person", "Sent", "ZaloOaServer"]


class ZaloOaServer(Happenings):
    """The servers."""

    def __init__(self, clock: Callable[[], datetime], account: Account | None = None) -> None:
        super().__init__(clock, account)
        self.sent: list[Sent] = []
        self.asked: list[tuple[str, Json]] = []
        self.uploaded: dict[str, bytes] = {}
        self.files: dict[str, bytes] = {}
        self.faults = Faults()
        self.heard: Callable[[Sent], None] | None = None
        self.limited = 0  # calls that were refused, for there were too many
        self._minute: tuple[int, int] = (0, 0)
        self._today: tuple[date, int] = (date.min, 0)

    def routes(self) -> list[web.RouteDef]:
        """Give the routes of all three roots; a fault that waits is for one of these alone."""
        posts = {
            "/v4/oa/access_token": self._token,
            "/v3.0/oa/message/cs": self._allowed(self._send),
            "/v2.0/oa/upload/image": self._allowed(self._image),
            "/v2.0/oa/upload/file": self._allowed(self._file),
            "/message/template": self._allowed(self._template),
        }
        gets = {
            "/v4/oa/permission": self._permission,
            "/v2.0/oa/getoa": self._allowed(self._who),
            "/files/{name}": self._fetched,
        }
        made = [web.post(path, self._faulty(handler)) for path, handler in posts.items()]
        return made + [web.get(path, self._faulty(handler)) for path, handler in gets.items()]

    def application(self) -> web.Application:
        """Make the application."""
        application = web.Application(client_max_size=FILE_MOST * 2)
        application.add_routes(self.routes())
        return application

    def _faulty(self, handler: Handler) -> Handler:
        async def called(request: web.Request) -> web.StreamResponse:
            fault = self.faults.take(request.path)
            if fault is None:
                return await handler(request)
            if fault.wrong is Wrong.CODE:
                return _no(int(fault.number), "as it was told")
            return await apply(fault, request, handler)

        return called

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

    def end_tokens(self) -> None:
        """Let the access token end before its time."""
        self.account.ended |= self.account.access.keys()
        self.account.access.clear()

    def renew(self) -> Json:
        """Give a new pair; both old tokens are dead from now on."""
        known = self.account
        self.end_tokens()
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
                self.limited += 1
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
        if self._used_up():
            self.limited += 1
            return _no(-211, "out of quota")
        last = self.people[who].last
        self._numbers += 1
        sent = Sent(who, body["message"], f"m{self._numbers}", last is not None and self.clock() - last > FREE)
        self.sent.append(sent)
        if self.heard is not None:
            self.heard(sent)
        at = self._stamp()
        return _yes({"message_id": sent.id, "user_id": who, "sent_time": at})

    def _used_up(self) -> bool:
        """Count a message of the day; True where there may be no more."""
        today = self.clock().date()
        count = self._today[1] + 1 if self._today[0] == today else 1
        if self.account.per_day and count > self.account.per_day:
            return True
        self._today = today, count
        return False

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
