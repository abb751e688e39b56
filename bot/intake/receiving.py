"""The routes to which the one-stop system pushes dossiers: logged in or with a secret, stored before it is answered."""

from __future__ import annotations

import hmac
import json
import logging
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from math import ceil
from typing import TYPE_CHECKING, Any
from uuid import uuid4
from zoneinfo import ZoneInfo

from aiohttp import web

from bot.channels.web.limits import Buckets, Rate, sender
from bot.intake import contract
from bot.intake.contract import DONE, EXISTS, REFUSED, Message, NotUnderstoodError
from handlers.intake.batches import AT_ONCE, PUSH, batch
from handlers.intake.words import CONTRACT, PushAnswer, RowFault, pushed
from knowledge.dossier import DossierRecord, Step
from knowledge.receipt_code import read_or_format
from storage.dossiers import records as dossiers
from storage.dossiers.intake import Origin

if TYPE_CHECKING:
    from bot.app import App
    from bot.settings.intake import Intake

log = logging.getLogger(__name__)

BODY_BYTES = 8 << 20  # the most dossiers of one message, each with its lists of files, are a few MB
SERVICE_SHOWN = 50  # characters of a service that we do not have
SESSION_HOURS = 12  # senders log in again when a session is refused
SENDING = Rate(burst=200, per_second=50)  # a system that sends its dossiers one by one, of one address
WRONG = Rate(burst=10, per_second=0.1)  # wrong passwords and secrets of one address
DENIED = "-1"  # error_code

Result = tuple[str, str, str]
"""What became of one item: its code, the error_code, the message."""


class Receiving:
    """Takes what the one-stop system pushes."""

    def __init__(self, app: App, given: Intake, zone: ZoneInfo) -> None:
        self._app = app
        self._given = given
        self._zone = zone
        self._sending, self._wrong = Buckets(SENDING), Buckets(WRONG)

    def routes(self) -> list[web.RouteDef]:
        """Give the routes. Where neither a secret nor a password is set, all of them deny."""
        return [
            web.post("/api/login", self._login),
            web.post("/api/dossiers", self._dossiers),
            web.post("/api/progress", self._progress),
        ]

    async def _login(self, request: web.Request) -> web.Response:
        """Give a session for the right name and password."""
        if (wait := self._sending.take(_address(request))) > 0:
            return _too_fast(wait)
        body = _parsed(await _read(request))
        given = body if isinstance(body, dict) else {}
        right = _same(given.get("username"), self._given.username)
        if not (right & _same(given.get("password"), self._given.password.get_secret_value())):
            return self._deny(request)
        return web.json_response({"error_code": DONE, "message": "", "session": self._session()})

    async def _dossiers(self, request: web.Request) -> web.Response:
        return await self._take(request, contract.DOSSIERS)

    async def _progress(self, request: web.Request) -> web.Response:
        return await self._take(request, contract.PROGRESS)

    async def _take(self, request: web.Request, service: str) -> web.Response:
        """Take a message to a route; its own service goes before that of the route."""
        if (wait := self._sending.take(_address(request))) > 0:
            return _too_fast(wait)
        header = request.headers.get("Authorization")
        if header is not None and not _same(header.removeprefix("Bearer "), self._given.secret.get_secret_value()):
            return self._deny(request)
        body = _parsed(await _read(request))
        if header is None and not self._let_in(body):
            return self._deny(request)
        try:
            message = contract.message(body, service, request.query.get("isUpdating"))
        except NotUnderstoodError:
            log.warning("what was pushed to %s is not understood", request.path)
            return _refuse("not_understood")
        match message.service:
            case contract.DOSSIERS:
                return await self._take_dossiers(message)
            case contract.PROGRESS:
                return await self._take_steps(message)
            case contract.LOOK_UP:
                return await self._look_up(message)
        return _refuse("no_service", service=message.service[:SERVICE_SHOWN])

    async def _take_dossiers(self, message: Message) -> web.Response:
        read = [contract.dossier(item, place, self._zone) for place, item in enumerate(message.items, 1)]
        records = [one for one in read if isinstance(one, DossierRecord)]
        there = await self._known(records) if message.updating is False else frozenset()
        await self._store([one for one in records if one.code not in there], [])
        return self._answer(message, read, there)

    async def _take_steps(self, message: Message) -> web.Response:
        read = [contract.step(item, place, self._zone) for place, item in enumerate(message.items, 1)]
        await self._store([], [one for one in read if isinstance(one, Step)])
        return self._answer(message, read, frozenset())

    async def _known(self, records: Sequence[DossierRecord]) -> frozenset[str]:
        """Tell which of these are there already: they are not created again, their sender updates them."""
        codes = [record.code for record in records]
        return await self._app.store.read(lambda tx: frozenset(code for code in codes if dossiers.find(tx, code)))

    async def _store(self, records: Sequence[DossierRecord], steps: Sequence[Step]) -> None:
        """Store what was pushed as events. Raises `Unavailable`: the sender has to send again."""
        origin = Origin(self._given.source_name, self._app.clock(), undated=True)
        run = uuid4().hex
        for number, start in enumerate(range(0, max(len(records), len(steps)), AT_ONCE)):
            part = slice(start, start + AT_ONCE)
            await self._app.take_in(run, number, batch(records[part], origin, steps=steps[part], feed=PUSH))

    def _answer(
        self, message: Message, read: Sequence[DossierRecord | Step | RowFault], there: frozenset[str]
    ) -> web.Response:
        results = [_result(item, one, there) for item, one in zip(message.items, read, strict=True)]
        if refused := sum(error != DONE for _, error, _ in results):
            log.warning("%s: %d of %d that were pushed are refused", message.service, refused, len(results))
        return _json(contract.answer(results))

    async def _look_up(self, message: Message) -> web.Response:
        """Tell whether a dossier is here, and its status: senders ask before they send."""
        code = read_or_format(message.code, today=datetime.max.date())[0].code
        found = None if code is None else await self._app.store.read(lambda tx: dossiers.find(tx, code.text))
        result = [] if found is None else [{"MaHoSo": found.code, "TrangThaiHoSo": str(int(found.status))}]
        return _json({"error_code": DONE, "message": "", "result": result})

    def _let_in(self, body: object) -> bool:
        """Tell whether a message carries a session of ours that has not run out."""
        session = body.get("session") if isinstance(body, dict) else None
        if not isinstance(session, str) or not self._given.password.get_secret_value():
            return False
        until = session.partition(".")[0]
        if not (until.isascii() and until.isdecimal() and _same(session, self._signed(until))):
            return False
        return self._app.clock() < datetime.fromtimestamp(int(until), UTC)

    def _session(self) -> str:
        until = self._app.clock() + timedelta(hours=SESSION_HOURS)
        return self._signed(str(ceil(until.timestamp())))

    def _signed(self, until: str) -> str:
        """Sign a session: any replica knows it, and it ends with the password."""
        password = self._given.password.get_secret_value()
        return f"{until}.{self._app.database.vault.digest('intake session', until, self._given.username, password)}"

    def _deny(self, request: web.Request) -> web.Response:
        if (wait := self._wrong.take(_address(request))) > 0:
            return _too_fast(wait)
        log.warning("a push to %s is denied", request.path)
        return _json({"error_code": DENIED, "message": pushed("denied"), "session": ""}, status=401)


def _result(item: object, read: DossierRecord | Step | RowFault, there: frozenset[str]) -> Result:
    if isinstance(read, RowFault):
        return contract.code_of(item), REFUSED, f"{read.column}: {read.reason(CONTRACT)}".removeprefix(": ")
    if read.code in there:
        return contract.code_of(item), EXISTS, pushed("exists", code=read.code)
    return contract.code_of(item), DONE, pushed("done")


async def _read(request: web.Request) -> bytes:
    """Read a body of an honest size. Raises HTTP 413 for a larger one, without keeping it."""
    body = bytearray()
    if (request.content_length or 0) <= BODY_BYTES:
        async for part in request.content.iter_chunked(1 << 16):
            body += part
            if len(body) > BODY_BYTES:
                break
        else:
            return bytes(body)
    answer = {"error_code": REFUSED, "message": pushed("too_big", most=BODY_BYTES >> 20), "result": []}
    raise web.HTTPRequestEntityTooLarge(
        BODY_BYTES, len(body), text=json.dumps(answer, ensure_ascii=False), content_type="application/json"
    )


def _parsed(body: bytes) -> object:
    """Read JSON; None for what is none."""
    try:
        return json.loads(body.decode("utf-8-sig"))
    except (ValueError, RecursionError):
        return None


def _same(given: object, expected: str) -> bool:
    """Compare in a time that says nothing of the difference; what is not set is never right."""
    text = given if isinstance(given, str) else ""
    return hmac.compare_digest(text.encode(errors="replace"), expected.encode()) and bool(expected)


def _address(request: web.Request) -> str:
    return sender(request.remote, request.headers.get("X-Forwarded-For"))


def _too_fast(wait: float) -> web.Response:
    seconds = ceil(wait)
    answer = {"error_code": REFUSED, "message": pushed("too_fast", seconds=seconds), "result": []}
    return _json(answer, status=429, headers={"Retry-After": str(seconds)})


def _refuse(problem: PushAnswer, **values: object) -> web.Response:
    return _json({"error_code": REFUSED, "message": pushed(problem, **values), "result": []})


def _json(answer: dict[str, Any], **more: Any) -> web.Response:
    return web.json_response(answer, dumps=lambda value: json.dumps(value, ensure_ascii=False), **more)
