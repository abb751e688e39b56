"""Every reply of every story as the terminal, the web page, Telegram and Zalo show it: all must say the same.

A new channel with a renderer of its own joins `RENDERERS`.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from bot.channels.base import Outgoing
from bot.channels.plain import with_numbers
from bot.channels.split import utf16
from bot.channels.telegram.rendering import TEXT_UNITS, as_plain, in_parts, keyboard
from bot.channels.web.markup import shown
from bot.channels.zalo.oa_rendering import TEXT_CHARACTERS
from bot.channels.zalo.oa_rendering import in_parts as zalo_texts
from bot.channels.zalo.oa_rendering import parts as zalo_parts
from handlers.messages import Reply

CHOICE = re.compile(r"^  (\d+)\. (.+)$", re.MULTILINE)

Read = tuple[str, list[str]]
"""What a person reads of a reply: its words, and the labels to choose from."""


def in_the_terminal(reply: Reply) -> Read:
    written = with_numbers(reply)
    labels = [label for row in reply.buttons for label in row]
    choices = CHOICE.findall(written)[-len(labels) :] if labels else []
    assert [int(number) for number, _ in choices] == list(range(1, len(labels) + 1)), "a number is typed for a button"
    words = written.removesuffix("\n".join(["", *(f"  {number}. {label}" for number, label in choices)]))
    return words, [label for _, label in choices]


def on_the_page(reply: Reply) -> Read:
    told = shown(reply, None, 1)
    words = "\n".join("".join(piece["t"] for piece in line) for line in told["lines"])
    return words, [button["label"] for row in told["buttons"] for button in row]


def on_telegram(reply: Reply) -> Read:
    parts = in_parts(reply.text)
    assert all(utf16(part) <= TEXT_UNITS for part in parts), "longer than a message of Telegram"
    rows = (keyboard(reply.buttons) or {"inline_keyboard": []})["inline_keyboard"]
    return "\n".join(map(as_plain, parts)), [button["text"] for row in rows for button in row]


def on_zalo_bot(reply: Reply) -> Read:
    return _numbered(zalo_texts(reply), reply)


def on_zalo(reply: Reply) -> Read:
    cut = zalo_parts(Outgoing("1001", reply, repeated=False), buttons=False)
    return _numbered([part.text if part.asks is None else part.asks.words for part in cut], reply)


def on_zalo_with_buttons(reply: Reply) -> Read:
    cut = zalo_parts(Outgoing("1001", reply, repeated=False), buttons=True)
    real = [button.label for button in cut[-1].buttons]
    texts = [part.text if part.asks is None else part.asks.words for part in cut]
    texts += ["\n".join(part.heading) for part in cut if part.heading is not None]
    return ("".join(texts), real) if real else _numbered(texts, reply)


def _numbered(parts: list[str], reply: Reply) -> Read:
    """Read plain messages of Zalo, whose choices are numbers."""
    assert all(utf16(part) <= TEXT_CHARACTERS for part in parts), "longer than a message of Zalo"
    written = "".join(parts)
    labels = [button.label for row in reply.buttons for button in row]
    choices = CHOICE.findall(written)[-len(labels) :] if labels else []
    words = written.removesuffix("\n".join(["", *(f"  {number}. {label}" for number, label in choices)]))
    return words, [label for _, label in choices]


RENDERERS: dict[str, Callable[[Reply], Read]] = {
    "terminal": in_the_terminal,
    "web": on_the_page,
    "telegram": on_telegram,
    "zalo_oa": on_zalo,
    "zalo_oa with buttons": on_zalo_with_buttons,
    "zalo_bot": on_zalo_bot,
}


def check_alike(reply: Reply) -> None:
    """Check that a reply says the same in every channel, with the same choices."""
    read = {channel: render(reply) for channel, render in RENDERERS.items()}
    words = {channel: " ".join(said.split()) for channel, (said, _) in read.items()}
    assert len(set(words.values())) == 1, words
    assert words["terminal"], "an empty answer"
    for _, labels in read.values():
        assert labels == [button.label for row in reply.buttons for button in row]
