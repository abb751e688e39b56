"""Dossiers as an .xlsx list for officials: news, code, procedure, field, dates; nothing of whose they are."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from io import BytesIO
from zoneinfo import ZoneInfo

import xlsxwriter

from handlers.documents.refused_rows import OPTIONS
from handlers.texts import words
from storage.dossiers.records import Dossier

WIDTHS = (20, 28, 60, 28, 18, 18)  # of the columns, in characters
TITLES = ("news", "code", "procedure", "field", "received", "due")


def written(told: Iterable[tuple[str, Dossier]], language: str, zone: str = "Asia/Ho_Chi_Minh") -> bytes:
    """Write the sheet in this language, with times of this zone."""
    say = words(language)
    file = BytesIO()
    with xlsxwriter.Workbook(file, OPTIONS) as book:
        sheet = book.add_worksheet(say.plain("dutylist.sheet"))
        head, day = book.add_format({"bold": True, "bottom": 1}), book.add_format({"num_format": "dd/mm/yyyy hh:mm"})
        for column, (title, width) in enumerate(zip(TITLES, WIDTHS, strict=True)):
            sheet.set_column(column, column, width)
            sheet.write_string(0, column, say.plain(f"dutylist.{title}"), head)
        for row, (news, one) in enumerate(told, 1):
            texts = (say.plain(f"news.{news}"), one.code, one.procedure_title or "", one.field_title or "")
            for column, text in enumerate(texts):
                sheet.write_string(row, column, text)
            for column, at in enumerate((one.received_at, one.due_at), len(texts)):
                if at is not None:
                    sheet.write_datetime(row, column, _plain(at, zone), day)
        sheet.freeze_panes(1, 0)
    return file.getvalue()


def _plain(at: datetime, zone: str) -> datetime:
    return at.astimezone(ZoneInfo(zone)).replace(tzinfo=None)
