"""How a channel without markup and buttons shows a message: plain text, and choices with numbers to type."""

from __future__ import annotations

import html
import re

from markupsafe import Markup

from handlers.messages import Reply

_TAG = re.compile(r"</?[a-z][^>]*>")


def plain_text(text: Markup) -> str:
    """Drop the markup and give the characters back that it had escaped."""
    return html.unescape(_TAG.sub("", str(text)))


def with_numbers(reply: Reply) -> str:
    """Write a message with its buttons as numbered choices; the number typed works like the button."""
    labels = [button.label for row in reply.buttons for button in row]
    choices = [f"  {number}. {label}" for number, label in enumerate(labels, 1)]
    return "\n".join([plain_text(reply.text), *choices])
