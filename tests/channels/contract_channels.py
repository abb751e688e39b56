"""How each channel is asked for the contract: to read what came, to send a reply, to send where a platform says no.

A new channel is one entry in `CHANNELS`; `test_contract.py` does the same with every one of them.
"""

from __future__ import annotations

import io
import json
import re
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from bot.channels.base import Outgoing
from bot.channels.telegram import reading as telegram_reading
from bot.channels.terminal import Terminal, read_line
from bot.channels.web import http as web_http
from bot.channels.web import markup as web_markup
from bot.channels.web.channel import WebChat
from bot.channels.zalo import bot_reading as zalo_bot_reading
from bot.channels.zalo import oa_reading as zalo_oa_reading
from handlers.messages import Incoming
from tests.channels import test_email, test_telegram_sending, test_zalo_bot, test_zalo_oa_sending
from tests.channels.contract import ANSWERS
from tests.channels.contract_inputs import Meant
from tests.channels.telegram_intake import ME
from tests.channels.telegram_transport import channel as telegram_channel
from tests.channels.zalo_bot_samples import CHAT
from tests.channels.zalo_desk import WHO, desk
from tests.stories.chat import COMPLETE

Says = Mapping[str, Sequence[Any]]
"""How a platform words each answer of the table; none where it has no such answer."""


@dataclass(frozen=True)
class Spoken:
    """What the contract does with a channel. `address`: of somebody there."""

    address: str
    hear: Callable[[str, Any], Meant]
    ask: Callable[[Outgoing], Awaitable[Any]]
    says: Says
    attempt: Callable[[Any, Outgoing], Awaitable[str | None]]


def _meant(heard: Any) -> Meant:
    what = type(heard).__name__
    return Meant(what, getattr(heard, "address", ""), getattr(heard, "incoming", None))


def _by_person(incoming: Incoming) -> Meant:
    return Meant("Said", "", incoming)


# --- Telegram


async def _ask_telegram(message: Outgoing) -> Any:
    channel, request = telegram_channel()
    await channel.send(message)
    written = json.dumps(request.asked, ensure_ascii=False, default=str)
    names = [[file[0] for file in sent.values()] for sent in request.uploaded]
    return {"asked": json.loads(re.sub(r"attached[0-9a-f]{32}", "attached", written)), "files": names}


# --- Zalo


async def _ask_zalo_oa(message: Outgoing) -> Any:
    async with desk() as at:
        await at.zalo.send(message)
        return [list(one) for one in at.server.asked]


async def _ask_zalo_bot(message: Outgoing) -> Any:
    async with test_zalo_bot.platform() as (bot, server):
        await bot.send(message)
        return server.sent


def _hear_zalo_oa(name: str, raw: Any) -> Meant:
    return _meant(zalo_oa_reading.read(raw, json.dumps(raw).encode(), by_phone=name.endswith("_zns")))


# --- E-mail: it only sends


async def _ask_email(message: Outgoing) -> Any:
    mail = test_email.channel(25).written(message)
    body = mail.get_body()
    assert body is not None
    head = {name: mail[name] for name in ("Subject", "From", "To", "Auto-Submitted")}
    return head | {"text": body.get_content(), "files": [part.get_filename() for part in mail.iter_attachments()]}


async def _attempt_email(answers: dict[str, str] | None, message: Outgoing) -> str | None:
    """Send to a server that answers so; None: it is not there."""
    async with test_email.mailbox(**(answers or {})) as kept:
        if answers is not None:
            return await test_email.channel(kept.port).send(message)
    return await test_email.channel(kept.port).send(message)


# --- The page and the terminal: no platform stands between them and the person


async def _ask_web(message: Outgoing) -> Any:
    return web_markup.shown(message.reply, "vi", 1)


async def _refused_by_web(_case: Any, message: Outgoing) -> str | None:
    return await WebChat(COMPLETE).send(message)


async def _ask_terminal(message: Outgoing) -> Any:
    out = io.StringIO()
    with TemporaryDirectory() as folder:
        await Terminal(out, folder=Path(folder)).send(message)
        return out.getvalue().replace(folder, "FOLDER").splitlines()


async def _attempt_terminal(is_closed: bool, message: Outgoing) -> str | None:
    out = io.StringIO()
    if is_closed:
        out.close()
    await Terminal(out).send(message)
    return "shown"


def _only(says: Says) -> Says:
    """Word the few answers that a channel without a platform of its own can give."""
    return {**dict.fromkeys(ANSWERS, ()), **says}


CHANNELS: dict[str, Spoken] = {
    "telegram": Spoken(
        "100",
        lambda _name, raw: _meant(telegram_reading.read(raw, ME)),
        _ask_telegram,
        test_telegram_sending.TELEGRAM_SAYS,
        test_telegram_sending.attempt,
    ),
    "zalo_oa": Spoken(WHO, _hear_zalo_oa, _ask_zalo_oa, test_zalo_oa_sending.ZALO_SAYS, test_zalo_oa_sending.attempt),
    "zalo_bot": Spoken(
        CHAT,
        lambda _name, raw: _meant(zalo_bot_reading.read(raw)),
        _ask_zalo_bot,
        test_zalo_bot.BOT_SAYS,
        test_zalo_bot.attempt,
    ),
    "email": Spoken(
        "an@example.vn",
        lambda _name, raw: _meant(raw),
        _ask_email,
        _only(
            {
                "taken": [{}],
                "slow down, without a time": [{"RCPT": "450 busy"}, {"MAIL": "421 later"}, {"END": "451 later"}],
                "no such conversation": [{"RCPT": "550 no such mailbox"}],
                "message not accepted": [{"RCPT": "552 full"}, {"DATA": "554 no"}],
                "never connected": [None],
                "connection lost after sending": [{"END": "silence"}],
            }
        ),
        _attempt_email,
    ),
    "web": Spoken(
        "a session",
        lambda _name, raw: _by_person(web_http.read_message(json.dumps(raw).encode())[1]),
        _ask_web,
        _only({"message not accepted": [None]}),  # its rows are fetched; whoever sends one by mistake is told
        _refused_by_web,
    ),
    "terminal": Spoken(
        "here",
        lambda _name, raw: _by_person(read_line(raw["line"])),
        _ask_terminal,
        _only({"taken": [False], "message not accepted": [True]}),
        _attempt_terminal,
    ),
}
