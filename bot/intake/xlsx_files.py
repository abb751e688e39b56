"""The first sheet of a workbook → its titles and rows, each cell as a text.

Dates are given as ISO, whole numbers without a fraction. A formula is given as it stands (`=…`), because the value that
its program worked out may be old or missing: the row is then named as a fault.

openpyxl reads what the workbook says as a whole: strings, styles, where the sheet is. The sheet's cells are read here:
openpyxl takes 14 µs for each, and a file of 100,000 dossiers has two million. It has no public way to its strings and
date styles; the tests of workbooks fail when a version of it keeps them elsewhere.
"""

from __future__ import annotations

import io
from collections.abc import Iterator, Sequence
from datetime import date, datetime, time
from typing import Any
from xml.etree.ElementTree import Element, iterparse
from zipfile import BadZipFile

from bot.intake.table import FORMULA, Row
from handlers.intake.words import FileFault

COLUMNS_MOST = 200  # a row may claim 16,384 of them
TITLES_WITHIN = 20  # rows above the titles, such as a heading, at most
NOT_A_BOOK = (BadZipFile, KeyError, ValueError, IndexError, OSError, SyntaxError, TypeError, AttributeError)
"""What openpyxl and the parser raise for a file that is not what it should be."""

_MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
_ROW, _VALUE, _INLINE, _FORMULA = (f"{_MAIN}{name}" for name in ("row", "v", "is", "f"))
_DIGITS = "0123456789"


def read_xlsx(content: bytes) -> Iterator[Row]:
    """Give the row of titles, then every row below it. Raises `FileFault` for what is no workbook that can be read.

    The titles are in the first row with more than one cell. What the file unpacks to is limited by
    `knowledge/media.py`, which has to be asked first.
    """
    from openpyxl import load_workbook  # 0.2 s, and most commands never need it

    try:
        book: Any = load_workbook(io.BytesIO(content), read_only=True, keep_links=False)
    except NOT_A_BOOK:
        raise FileFault("not_xlsx") from None
    try:
        yield from _with_titles(_Sheet(book).rows())
    except NOT_A_BOOK:
        raise FileFault("not_xlsx") from None
    finally:
        book.close()


class _Sheet:
    """The cells of a workbook's first sheet."""

    def __init__(self, book: Any) -> None:
        self._sheet = book.worksheets[0]
        self._strings: Sequence[str] = self._sheet._shared_strings
        self._dates = {str(style) for style in book._date_formats}
        self._epoch = book.epoch
        self._columns: dict[str, int] = {}

    def rows(self) -> Iterator[tuple[int, list[str]]]:
        """Give each row that is there, by its number."""
        number = 0
        with self._sheet._get_source() as source:
            for _, element in iterparse(source):  # noqa: S314 - expat stops entities that grow, media.py what unpacks too far
                if element.tag == _ROW:
                    number = int(element.get("r") or number + 1)
                    yield number, self._texts(element)
                    element.clear()

    def _texts(self, row: Element) -> list[str]:
        texts: list[str] = []
        for cell in row:
            place = self._column(cell.get("r"), len(texts))
            if place >= COLUMNS_MOST:
                break
            while len(texts) < place:
                texts.append("")
            texts.append(self._text(cell))
        while texts and not texts[-1].strip():
            texts.pop()
        return texts

    def _column(self, reference: str | None, following: int) -> int:
        """Number a column by the letters of a cell's reference (`AB12`); without one it is the next."""
        letters = (reference or "").rstrip(_DIGITS)
        if not letters:
            return following
        if letters not in self._columns:
            number = 0
            for letter in letters:
                number = number * 26 + ord(letter) - ord("A") + 1
            self._columns[letters] = number - 1
        return max(self._columns[letters], following)

    def _text(self, cell: Element) -> str:
        if cell.find(_FORMULA) is not None:
            return FORMULA
        kind = cell.get("t")
        if kind == "inlineStr":
            inline = cell.find(_INLINE)
            return "" if inline is None else "".join(inline.itertext())
        value = cell.findtext(_VALUE) or ""
        if kind == "s":
            return self._strings[int(value)]
        if kind not in (None, "n") or not value:
            return value
        return self._number(value, cell.get("s"))

    def _number(self, value: str, style: str | None) -> str:
        if style in self._dates:
            from openpyxl.utils.datetime import from_excel

            found = from_excel(float(value), self._epoch)
            return found.isoformat() if isinstance(found, datetime | date | time) else value
        number = float(value)
        return str(int(number)) if number.is_integer() else value


def _with_titles(rows: Iterator[tuple[int, list[str]]]) -> Iterator[Row]:
    width = 0
    for number, row in rows:
        if width:
            yield number, _of_width(row, width)
        elif sum(map(bool, row)) > 1:
            width = len(row)
            yield number, row
        elif number >= TITLES_WITHIN:
            break
    if not width:
        yield 1, []


def _of_width(row: list[str], width: int) -> list[str]:
    """Fill up a row: empty cells at its end are left out."""
    return row + [""] * (width - len(row))
