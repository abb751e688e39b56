"""The menu of commands that a platform shows beside the input line; what each does is decided in `conversation.py`."""

from __future__ import annotations

from handlers.texts import words

MENU = ("menu", "hoso", "hosocuatoi", "thutuc", "phananh", "lienhe", "gapcanbo", "lienket", "huy", "help", "vi", "en")
"""The commands in the order of the menu."""


def menu(language: str) -> tuple[tuple[str, str], ...]:
    """Give each command with what it does, in this language; the switch to the language itself is left out."""
    say = words(language)
    return tuple((name, say.plain(f"command.{name}")) for name in MENU if name != language)
