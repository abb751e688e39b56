"""The questions that were asked before a dialogue conference, as an .xlsx; nothing of who asked."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from io import BytesIO

import xlsxwriter

from handlers.documents.refused_rows import OPTIONS
from handlers.texts import words

WIDTHS = (8, 18, 100)  # of the columns, in characters


def written(asked: Iterable[tuple[datetime, str]], language: str) -> bytes:
    """Write the sheet in this language; times are local."""
    say = words(language)
    file = BytesIO()
    with xlsxwriter.Workbook(file, OPTIONS) as book:
        sheet = book.add_worksheet(say.plain("broadcast.sheet"))
        head, day = book.add_format({"bold": True, "bottom": 1}), book.add_format({"num_format": "dd/mm/yyyy hh:mm"})
        wrap = book.add_format({"text_wrap": True})
        for column, (key, width) in enumerate(zip(("number", "asked", "question"), WIDTHS, strict=True)):
            sheet.set_column(column, column, width)
            sheet.write_string(0, column, say.plain(f"broadcast.col_{key}"), head)
        for row, (at, text) in enumerate(asked, 1):
            sheet.write_number(row, 0, row)
            sheet.write_datetime(row, 1, at.replace(tzinfo=None), day)
            sheet.write_string(row, 2, text, wrap)
        sheet.freeze_panes(1, 0)
    return file.getvalue()
