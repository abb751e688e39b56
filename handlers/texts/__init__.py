"""Every sentence a person reads, by language: `vi.toml` and `en.toml` hold the same keys (a test compares them).

Texts are written in the small markup (`b`, `i`); values are put in by name (`{name}`, nothing more) and always escaped.
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any

from markupsafe import Markup, escape

LANGUAGES = ("vi", "en")
DEFAULT = "vi"


@dataclass(frozen=True, slots=True)
class Words:
    """The texts of one language."""

    language: str

    def __call__(self, key: str, **values: Any) -> Markup:
        """Word the text `room.name` with these values, each escaped. Raises KeyError for an unknown key."""
        escaped = {name: escape(value) for name, value in values.items()}
        return Markup(_texts(self.language)[key].format_map(escaped))  # noqa: S704 - our own text

    def plain(self, key: str, **values: Any) -> str:
        """Word a text without markup, for a button's label."""
        return _texts(self.language)[key].format_map(values)


def words(language: str | None) -> Words:
    """Give the texts of a language, Vietnamese where it is not known."""
    return Words(language if language in LANGUAGES else DEFAULT)


@cache
def _texts(language: str) -> dict[str, str]:
    raw = resources.files("handlers.texts").joinpath(f"{language}.toml").read_text(encoding="utf-8")
    rooms = tomllib.loads(raw).items()
    return {f"{room}.{name}": text.strip() for room, texts in rooms for name, text in texts.items()}


def keys(language: str) -> frozenset[str]:
    """List the keys of a language."""
    return frozenset(_texts(language))
