"""A csv file → its titles and rows. Text in UTF-8; cells separated by comma, semicolon or tab."""

from __future__ import annotations

import csv
import io
from collections import deque
from collections.abc import Iterable, Iterator

from bot.intake.table import Row
from handlers.intake.words import FileFault

DELIMITERS = ",;\t"
CELL_CHARACTERS = 1_000_000  # csv's own limit of 131,072 is less than a long note
LINES_A_ROW = 30  # a cell may have line breaks; a quote that is open for longer was not closed


def read_csv(content: bytes) -> Iterator[Row]:
    """Give the titles as the first row, then every row. Raises `FileFault` for what is not text in UTF-8."""
    csv.field_size_limit(CELL_CHARACTERS)
    try:
        file = io.TextIOWrapper(io.BytesIO(content), encoding="utf-8-sig", newline="")
        head = file.readline()
        if "\0" in head:  # the letters of UTF-16 without its mark
            raise UnicodeError
        delimiter = max(DELIMITERS, key=head.count)
        titles = _cells([head], delimiter) or []
        yield 1, titles
        yield from _rows(file, delimiter, len(titles))
    except UnicodeError:
        raise FileFault("not_utf8") from None


def _rows(lines: Iterable[str], delimiter: str, width: int) -> Iterator[Row]:
    """Give each row and its first line's number; None for a line that begins no row, such as one with an open quote.

    Such a line is the only one that is lost: what follows it is read anew and not taken for a part of its cell.
    """
    source = enumerate(lines, 2)
    ahead: deque[tuple[int, str]] = deque()
    while (first := ahead.popleft() if ahead else next(source, None)) is not None:
        taken = [first]
        row = _cells([first[1]], delimiter)
        while row is None and len(taken) < LINES_A_ROW:
            following = ahead.popleft() if ahead else next(source, None)
            if following is None:
                break
            taken.append(following)
            row = _cells([line for _, line in taken], delimiter)
        if len(taken) > 1 and (row is None or len(row) != width):
            ahead.extendleft(reversed(taken[1:]))
            row = None
        yield first[0], row


def _cells(lines: list[str], delimiter: str) -> list[str] | None:
    """Split the lines of one row into cells; None when they are not one whole row."""
    try:
        rows = list(csv.reader(lines, delimiter=delimiter, strict=True))
    except csv.Error:
        return None
    return rows[0] if len(rows) == 1 else None
