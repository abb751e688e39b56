"""How a reply looks on Telegram: its HTML in parts that fit, and the inline keyboard."""

from __future__ import annotations

import html
import re
from collections.abc import Sequence
from typing import Any

from markupsafe import Markup

from bot.channels.base import REPEATED
from bot.channels.plain import plain_text
from bot.channels.split import split, utf16
from handlers.messages import Button

TEXT_UNITS = 4096  # UTF-16 units of one message (Bot API, sendMessage); tags are counted too, to be safe
ROW_BUTTONS = 8  # buttons in a row that clients show

Keyboard = dict[str, Any]
"""Telegram's InlineKeyboardMarkup, or its ReplyKeyboardMarkup."""

_TAG = re.compile(r"<(/?)([a-zA-Z][a-zA-Z0-9-]*)([^<>]*)>")
_NAMED = re.compile(r"&(?!(?:lt|gt|amp|quot);)[a-zA-Z][a-zA-Z0-9]*;")  # Telegram knows these four by name
_KNOWN = frozenset({"b", "i", "a"})


def in_parts(text: Markup, *, repeated: bool = False) -> list[str]:
    """Write a text as Telegram's HTML, in parts that fit into a message each; parts without a letter are left out.

    A text without anything to see stays one part, so that Telegram's refusal is heard. `repeated` is marked.
    """
    written = f"{REPEATED} {_html(text)}" if repeated else _html(text)
    parts = split(written, TEXT_UNITS, length=utf16)
    return [part for part in parts if as_plain(part).strip()] or parts[:1]


def as_plain(part: str) -> str:
    """Write a part without any markup."""
    return plain_text(Markup(part))  # noqa: S704 - the markup is dropped


def keyboard(rows: Sequence[Sequence[Button]]) -> Keyboard | None:
    """Lay out the buttons under a message; None without any. Rows are broken where clients would."""
    laid = [
        [{"text": button.label, "callback_data": button.action} for button in row[start : start + ROW_BUTTONS]]
        for row in rows
        for start in range(0, len(row), ROW_BUTTONS)
    ]
    return {"inline_keyboard": laid} if laid else None


def sharing(label: str) -> Keyboard | None:
    """Lay out the button that shares one's own number: it stands in place of the letters until it is pressed."""
    row = [{"text": label, "request_contact": True}]
    return {"keyboard": [row], "resize_keyboard": True, "one_time_keyboard": True} if label else None


def _html(text: Markup) -> str:
    known = _TAG.sub(lambda tag: tag[0] if tag[2].lower() in _KNOWN else "", str(text))
    return _NAMED.sub(lambda name: html.escape(html.unescape(name[0])), known)
