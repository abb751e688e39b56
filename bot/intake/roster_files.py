"""A duty roster as an .xlsx → its lines, as texts; the titles are those of the list that the bot itself writes."""

from __future__ import annotations

from collections.abc import Sequence

from bot.intake.table import FORMULA
from bot.intake.xlsx_files import read_xlsx
from handlers.intake.words import FileFault
from handlers.texts import LANGUAGES, words
from knowledge.media import Media, sniff
from knowledge.vietnamese import fold

TITLES = ("roster.first", "roster.last", "roster.number", "roster.official")
LINES_MOST = 1000  # more are no roster


def read_roster(content: bytes) -> list[tuple[int, tuple[str, ...]]]:
    """Give first day, last day, number and name of each line, with its number. Raises `FileFault` for no roster.

    A formula counts as what it is, a text: so its line is refused.
    """
    if sniff(content) is not Media.XLSX:  # a workbook that unpacks too far is none
        raise FileFault("not_xlsx")
    rows = read_xlsx(content)
    _, titles = next(rows)
    places = [_place(titles or [], key) for key in TITLES]
    lines: list[tuple[int, tuple[str, ...]]] = []
    for number, cells in rows:
        texts = tuple((cells or [])[place].strip() if place < len(cells or []) else "" for place in places)
        if any(texts):
            lines.append((number, tuple("" if text.startswith(FORMULA) else text for text in texts)))
        if len(lines) > LINES_MOST:
            raise FileFault("not_xlsx")
    return lines


def _place(titles: Sequence[str], key: str) -> int:
    named = {fold(words(language).plain(key)) for language in LANGUAGES}
    found = [place for place, title in enumerate(titles) if fold(" ".join(title.split())) in named]
    if not found:
        raise FileFault("no_column", columns=words("vi").plain(key))
    return found[0]
