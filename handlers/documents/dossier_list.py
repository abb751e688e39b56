"""News for officials as an .xlsx list, mostly of dossiers: code, procedure, field, dates; nothing of whose they are."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from io import BytesIO
from zoneinfo import ZoneInfo

import xlsxwriter

from handlers.documents.refused_rows import OPTIONS
from handlers.messages import Reply
from handlers.texts import words
from storage.dossiers.records import Dossier

WIDTHS = (20, 28, 60, 28, 18, 18)  # of the columns, in characters
TITLES = ("news", "code", "procedure", "field", "received", "due")


@dataclass(frozen=True, slots=True)
class Row:
    """A line of the list: what happened, to what, and, of a dossier, its times."""

    news: str
    code: str
    title: str = ""
    field: str = ""
    received: datetime | None = None
    due: datetime | None = None


def of_dossier(news: str, one: Dossier) -> Row:
    """Make a line of a dossier."""
    return Row(news, one.code, one.procedure_title or "", one.field_title or "", one.received_at, one.due_at)


def of_other(news: str, subject: str, worded: Reply | None) -> Row:
    """Make a line of news that are of no dossier, with what is said of them."""
    return Row(news, subject.partition(":")[2], "" if worded is None else worded.text.striptags())


def written(rows: Iterable[Row], language: str, zone: str = "Asia/Ho_Chi_Minh") -> bytes:
    """Write the sheet in this language, with times of this zone."""
    say = words(language)
    file = BytesIO()
    with xlsxwriter.Workbook(file, OPTIONS) as book:
        sheet = book.add_worksheet(say.plain("dutylist.sheet"))
        head, day = book.add_format({"bold": True, "bottom": 1}), book.add_format({"num_format": "dd/mm/yyyy hh:mm"})
        for column, (title, width) in enumerate(zip(TITLES, WIDTHS, strict=True)):
            sheet.set_column(column, column, width)
            sheet.write_string(0, column, say.plain(f"dutylist.{title}"), head)
        for row, one in enumerate(rows, 1):
            texts = (say.plain(f"news.{one.news}"), one.code, one.title, one.field)
            for column, text in enumerate(texts):
                sheet.write_string(row, column, text)
            for column, at in enumerate((one.received, one.due), len(texts)):
                if at is not None:
                    sheet.write_datetime(row, column, _plain(at, zone), day)
        sheet.freeze_panes(1, 0)
    return file.getvalue()


def _plain(at: datetime, zone: str) -> datetime:
    return at.astimezone(ZoneInfo(zone)).replace(tzinfo=None)
