"""A catalogue's workbook as a file: what officials edit in Excel or LibreOffice.

Written with xlsxwriter, read with openpyxl, row by row, so that a large or hostile file stays small in memory. Nothing
in a file is executed, and a formula is never taken for its value.
"""

import html
import io
import re
import warnings
import zipfile
import zlib
from collections.abc import Iterator, Mapping
from datetime import date
from typing import IO, Any

from knowledge.catalogue.cells import Formula
from knowledge.catalogue.faults import CatalogueError, CatalogueFault, Place, shown
from knowledge.catalogue.layout import Column, Sheet, sheets
from knowledge.catalogue.model import Edition
from knowledge.catalogue.parsed import Parsed
from knowledge.catalogue.workbook import Row, from_rows, letter, to_rows
from knowledge.vietnamese import nfc

ROWS_MOST = 60_000
"""Rows of one sheet: the sources of the national records, the longest list we know, are 35,000."""

COLUMNS_MOST = 60
"""Columns that are looked at; the widest sheet has half as many."""

UNPACKED_MOST = 64 * 1024 * 1024
"""Bytes of all parts of the file together: the national records, the largest we know, need 20 MiB."""

PARTS_MOST = 500
"""Parts in the file; ours have 20."""

BLANK_MOST = 2_000
"""Blank rows in a row after which a sheet is over; a formatted empty column reaches down to row 1,048,576."""

_CHUNK = 1 << 20
_TITLE = re.compile(r'<sheet [^>]*?name="([^"]*)"')
_DTD = (b"<!DOCTYPE", "<!DOCTYPE".encode("utf-16-le"), "<!DOCTYPE".encode("utf-16-be"))
_WIDTHS: Mapping[str, int] = {"number": 14, "date": 14, "choice": 16, "text": 34}
_VALIDATED = ROWS_MOST  # rows for which Excel offers the choices


def write_xlsx(edition: Edition) -> bytes:
    """The file of an edition: a sheet a list, titles, a guide row, choices to pick; what it holds can be read back."""
    import xlsxwriter  # only who writes or reads workbooks pays for its import

    buffer = io.BytesIO()
    book = xlsxwriter.Workbook(buffer, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False})
    formats = {
        "title": book.add_format({"bold": True, "bg_color": "#DCE6F1", "border": 1, "text_wrap": True}),
        "guide": book.add_format({"italic": True, "font_color": "#606060", "text_wrap": True, "valign": "top"}),
        "text": book.add_format({"num_format": "@", "text_wrap": True, "valign": "top"}),
        "choice": book.add_format({"num_format": "@", "valign": "top"}),
        "number": book.add_format({"num_format": "0", "valign": "top"}),
        "date": book.add_format({"num_format": "dd/mm/yyyy", "valign": "top", "align": "left"}),
    }
    for sheet, rows in to_rows(edition):
        _write_sheet(book.add_worksheet(sheet.title), sheet, rows, formats)
    book.close()
    return buffer.getvalue()


def _write_sheet(page: Any, sheet: Sheet, rows: list[list[object]], formats: Mapping[str, Any]) -> None:
    page.freeze_panes(2, 1)
    for number, column in enumerate(sheet.columns):
        page.set_column(number, number, _WIDTHS[column.kind], formats[column.kind])
        page.write_string(0, number, column.title, formats["title"])
        if column.guide:
            page.write_string(1, number, column.guide, formats["guide"])
        _validate(page, number, column)
    for line, row in enumerate(rows, 2):
        for number, (column, value) in enumerate(zip(sheet.columns, row, strict=True)):
            if isinstance(value, str):
                page.write_string(line, number, value, formats[column.kind])
            elif isinstance(value, date):
                page.write_datetime(line, number, value, formats[column.kind])
            elif isinstance(value, int):
                page.write_number(line, number, value, formats[column.kind])


def _validate(page: Any, number: int, column: Column) -> None:
    """Let Excel itself refuse what the import would refuse."""
    rule: dict[str, Any] | None = None
    if column.kind == "choice":
        rule = {"validate": "list", "source": list(column.choices.values())}
    elif column.kind == "number":
        rule = {"validate": "integer", "criteria": ">", "value": 0}
    elif column.kind == "date":
        rule = {"validate": "date", "criteria": ">", "value": date(1945, 9, 2)}
    if rule is not None:
        page.data_validation(2, number, _VALIDATED + 1, number, rule | {"error_message": column.guide or column.title})


def read_xlsx(data: bytes) -> Parsed:
    """What a file holds of a catalogue. Raises CatalogueError for one that is not read at all, and says why."""
    faults = list(_unsafe(data))
    if faults:
        raise CatalogueError(faults)
    import openpyxl

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of styles and extensions that we do not need
        try:
            book = openpyxl.load_workbook(io.BytesIO(data), read_only=True, data_only=False, keep_links=False)
            given = _pages(book)
        except Exception as error:  # openpyxl raises whatever its parser happens to stumble over
            raise CatalogueError([CatalogueFault("", "", "broken_xlsx", {"error": shown(error)})]) from None
    rows = {sheet.key: list(_body(sheet, given.get(sheet.key, []), faults)) for sheet in sheets()}
    return from_rows(rows, [*_unknown(book.sheetnames), *faults])


def _unsafe(data: bytes) -> Iterator[CatalogueFault]:
    """What forbids to open a file: it is no archive, it unpacks to too much, it defines entities, it merges cells."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            parts = archive.infolist()
            size = sum(part.file_size for part in parts)
            if len(parts) > PARTS_MOST or size > UNPACKED_MOST:
                yield CatalogueFault("", "", "unpacks_to_much", {"size": size >> 20, "most": UNPACKED_MOST >> 20})
                return
            if "xl/workbook.xml" not in archive.namelist():
                yield CatalogueFault("", "", "not_xlsx")
                return
            titles = [html.unescape(title) for title in _TITLE.findall(archive.read("xl/workbook.xml").decode())]
            for part in parts:
                if part.filename.endswith((".xml", ".rels")):
                    with archive.open(part) as file:
                        yield from _unsafe_part(part.filename, file, titles)
    except (zipfile.BadZipFile, RuntimeError, NotImplementedError, OSError, EOFError, ValueError, zlib.error):
        yield CatalogueFault("", "", "not_xlsx")


def _unsafe_part(name: str, file: IO[bytes], titles: list[str]) -> Iterator[CatalogueFault]:
    tail, merged = b"", b""
    while chunk := file.read(_CHUNK):
        window = tail + chunk
        if any(mark in window for mark in _DTD):
            yield CatalogueFault("", "", "entities", {"value": name})
            return
        if not merged and (found := re.search(rb'<mergeCell [^>]*ref="([A-Z0-9:$]{1,30})"', window)):
            merged = found[1]
        tail = window[-200:]
    if merged:
        number = re.fullmatch(r"xl/worksheets/sheet(\d+)\.xml", name)
        title = titles[int(number[1]) - 1] if number and 0 < int(number[1]) <= len(titles) else name
        yield CatalogueFault("", "", "merged", {"value": merged.decode()}, Place(title))


def _pages(book: Any) -> dict[str, list[tuple[int, list[object]]]]:
    """The rows of each sheet that we know by its key, as (number, cells); blank rows are left out."""
    found: dict[str, list[tuple[int, list[object]]]] = {}
    by_title = {nfc(title).strip().casefold(): title for title in book.sheetnames}
    for sheet in sheets():
        title = by_title.get(sheet.title.casefold()) or by_title.get(sheet.key)
        if title is not None:
            found[sheet.key] = list(_lines(book[title]))
    return found


def _lines(page: Any) -> Iterator[tuple[int, list[object]]]:
    if not hasattr(page, "reset_dimensions"):  # a sheet of charts has no cells
        return
    page.reset_dimensions()  # what a file says of its own size need not be true
    blank = kept = 0
    for number, row in enumerate(page.iter_rows(max_col=_width(page)), 1):
        cells = [_content(cell) for cell in row]
        if all(cell in (None, "") for cell in cells):
            blank += 1
            if blank > BLANK_MOST:
                return
            continue
        blank, kept = 0, kept + 1
        yield number, cells
        if kept > ROWS_MOST + 2:
            return


def _width(page: Any) -> int:
    """Count the columns down to the last title: what stands further right belongs to none."""
    for row in page.iter_rows(max_col=COLUMNS_MOST, max_row=BLANK_MOST):
        filled = [number for number, cell in enumerate(row, 1) if cell.value not in (None, "")]
        if filled:
            return filled[-1]
    return 1


def _content(cell: Any) -> object:
    if cell.data_type in ("f", "e"):
        return Formula(str(getattr(cell.value, "text", cell.value)))
    return cell.value


def _body(sheet: Sheet, lines: list[tuple[int, list[object]]], faults: list[CatalogueFault]) -> Iterator[Row]:
    """The rows below titles and guide, with the cells in the order of our columns."""
    if not lines:
        return
    places = _columns(sheet, *lines[0], faults)
    if 0 not in places:
        return
    guide = sheet.columns[0].guide
    for number, cells in lines[1 : ROWS_MOST + 2]:
        row = {ours: cells[theirs] for ours, theirs in places.items() if theirs < len(cells)}
        if row.get(0) != guide:
            yield Row(number, row)
    if len(lines) > ROWS_MOST + 2:
        place = Place(sheet.title, lines[-1][0])
        faults.append(CatalogueFault("", "", "too_many_rows", {"most": ROWS_MOST}, place))


def _columns(sheet: Sheet, row: int, cells: list[object], faults: list[CatalogueFault]) -> dict[int, int]:
    """Where our columns stand in a sheet; a title that we do not know, or twice, and a missing first one are faults."""
    wanted = {name.casefold(): n for n, c in enumerate(sheet.columns) for name in (c.path, c.title) if name}
    places: dict[int, int] = {}
    for number, cell in enumerate(cells):
        if cell in (None, ""):
            continue
        place = Place(sheet.title, row, letter(number))
        ours = wanted.get(nfc(cell).strip().casefold()) if isinstance(cell, str) else None
        if ours is None:
            values = {"value": shown(getattr(cell, "written", cell)), "allowed": _titles(sheet)}
            faults.append(CatalogueFault("", "", "unknown_column", values, place))
        elif ours in places:
            faults.append(CatalogueFault("", "", "column_twice", {"value": shown(cell)}, place))
        else:
            places[ours] = number
    if 0 not in places:
        values = {"value": sheet.columns[0].title}
        faults.append(CatalogueFault("", "", "missing_column", values, Place(sheet.title, row)))
    return places


def _titles(sheet: Sheet) -> str:
    return ", ".join(column.title for column in sheet.columns)


def _unknown(titles: list[str]) -> Iterator[CatalogueFault]:
    known = {name.casefold() for sheet in sheets() for name in (sheet.key, sheet.title)}
    for title in titles:
        if nfc(title).strip().casefold() not in known:
            values = {"value": shown(title), "allowed": ", ".join(sheet.title for sheet in sheets())}
            yield CatalogueFault("", "", "unknown_sheet", values, Place(shown(title)))
