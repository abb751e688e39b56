"""How the page is told a message: lines of pieces of plain text, each with the few marks that our markup knows.

No markup reaches the browser: its script makes an element for each piece and sets its text, so that nothing in a
message can become an element, a script or a link that is not one of ours.
"""

from __future__ import annotations

from html.parser import HTMLParser
from typing import Any
from urllib.parse import urlsplit

from markupsafe import Markup

from bot.channels.web.files import href
from handlers.messages import Reply

MARKS = ("b", "i")
SCHEMES = ("https", "http", "tel", "mailto")

Piece = dict[str, Any]
"""`t`: the text; `b`, `i`: true where it is bold or italic; `a`: where it leads to."""


class _Reader(HTMLParser):
    """Reads our small markup; a tag that is not in it leaves only its text."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.lines: list[list[Piece]] = [[]]
        self._open: list[str] = []
        self._link: str | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in MARKS:
            self._open.append(tag)
        elif tag == "a":
            self._link = _safe(dict(attrs).get("href"))

    def handle_endtag(self, tag: str) -> None:
        if tag in self._open:
            self._open.remove(tag)
        elif tag == "a":
            self._link = None

    def handle_data(self, data: str) -> None:
        marks: Piece = dict.fromkeys(self._open, True)
        if self._link is not None:
            marks["a"] = self._link
        for number, line in enumerate(data.split("\n")):
            if number:
                self.lines.append([])
            if line:
                self.lines[-1].append({"t": line, **marks})


def lines(text: Markup) -> list[list[Piece]]:
    """Read a text in the small markup into its lines; an empty line is a list without pieces."""
    reader = _Reader()
    reader.feed(str(text))
    reader.close()
    return reader.lines


def shown(reply: Reply, language: str | None, row_id: int) -> dict[str, Any]:
    """Give what the page needs to show a reply: its lines, its rows of buttons, its files, its language."""
    buttons = [[{"label": button.label, "action": button.action} for button in row] for row in reply.buttons]
    files = [{"name": file.name, "href": href(row_id, number)} for number, file in enumerate(reply.files)]
    return {"lines": lines(reply.text), "buttons": buttons, "files": files, "language": language}


def _safe(address: str | None) -> str | None:
    """Let only addresses through that lead somewhere and run nothing."""
    if address is None:
        return None
    try:
        return address if urlsplit(address.strip()).scheme.lower() in SCHEMES else None
    except ValueError:
        return None
