"""The duty roster as an .xlsx: a line for each week, or for each part of a week that changes hands."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime, time
from io import BytesIO

import xlsxwriter

from handlers.documents.refused_rows import OPTIONS
from handlers.texts import words
from knowledge.roster import Week

WIDTHS = (14, 14, 10, 40)  # of the columns, in characters


def written(weeks: Iterable[Week], names: Mapping[int, str], language: str) -> bytes:
    """Write the sheet in this language; `names`: of the officials, by number."""
    say = words(language)
    file = BytesIO()
    with xlsxwriter.Workbook(file, OPTIONS) as book:
        sheet = book.add_worksheet(say.plain("roster.sheet"))
        head, day = book.add_format({"bold": True, "bottom": 1}), book.add_format({"num_format": "dd/mm/yyyy"})
        titles = ("roster.first", "roster.last", "roster.number", "roster.official")
        for column, (key, width) in enumerate(zip(titles, WIDTHS, strict=True)):
            sheet.set_column(column, column, width)
            sheet.write_string(0, column, say.plain(key), head)
        lines = [one for week in weeks for one in week.stretches]
        for row, one in enumerate(lines, 1):
            sheet.write_datetime(row, 0, datetime.combine(one.first, time()), day)
            sheet.write_datetime(row, 1, datetime.combine(one.last, time()), day)
            if one.official is not None:
                sheet.write_number(row, 2, one.official)
                sheet.write_string(row, 3, names.get(one.official, ""))
        sheet.freeze_panes(1, 0)
    return file.getvalue()
