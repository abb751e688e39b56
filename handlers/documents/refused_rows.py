"""The rows of a file that were refused, as an .xlsx: line, column and reason of each."""

from __future__ import annotations

from collections.abc import Sequence
from io import BytesIO

import xlsxwriter

from handlers.intake.words import RowFault
from handlers.texts import words

# What a row holds is somebody else's: nothing in it becomes a formula or a link.
OPTIONS = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False, "in_memory": True}
WIDTHS = (8, 24, 80)  # of the columns, in characters


def written(faults: Sequence[RowFault], language: str) -> bytes:
    """Write the sheet in this language."""
    say = words(language)
    file = BytesIO()
    with xlsxwriter.Workbook(file, OPTIONS) as book:
        sheet = book.add_worksheet(say.plain("filein.sheet"))
        head = book.add_format({"bold": True, "bottom": 1})
        titles = [say.plain(key) for key in ("filein.line", "filein.column", "filein.reason")]
        for column, (title, width) in enumerate(zip(titles, WIDTHS, strict=True)):
            sheet.set_column(column, column, width)
            sheet.write_string(0, column, title, head)
        for row, fault in enumerate(faults, 1):
            sheet.write_number(row, 0, fault.line)
            sheet.write_string(row, 1, fault.column)
            sheet.write_string(row, 2, fault.reason(language))
        sheet.freeze_panes(1, 0)
    return file.getvalue()
