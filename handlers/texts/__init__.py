"""Every sentence a person reads, by language: `vi.toml` and `en.toml` hold the same keys (a test compares them).

Texts are written in the small markup (`b`, `i`); values are put in by name and always escaped.
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any

from markupsafe import Markup

LANGUAGES = ("vi", "en")
DEFAULT = "vi"


@dataclass(frozen=True, slots=True)
class Words:
    """The texts of one language."""

    language: str

    def __call__(self, key: str, **values: Any) -> Markup:
        """Word the text `room.name` with these values, each escaped. Raises KeyError for an unknown key."""
        room, name = key.split(".", 1)
        return Markup(_texts(self.language)[room][name]).format(**values)  # noqa: S704 - our own text

    def plain(self, key: str, **values: Any) -> str:
        """Word a text without markup, for a button's label."""
        room, name = key.split(".", 1)
        return _texts(self.language)[room][name].format(**values)


def words(language: str | None) -> Words:
    """Give the texts of a language, Vietnamese where it is not known."""
    return Words(language if language in LANGUAGES else DEFAULT)


@cache
def _texts(language: str) -> dict[str, dict[str, str]]:
    raw = resources.files("handlers.texts").joinpath(f"{language}.toml").read_text(encoding="utf-8")
    return {room: {name: text.strip() for name, text in texts.items()} for room, texts in tomllib.loads(raw).items()}


def keys(language: str) -> frozenset[str]:
    """List the keys of a language."""
    return frozenset(f"{room}.{name}" for room, texts in _texts(language).items() for name in texts)
