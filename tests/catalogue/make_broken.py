"""Make the folder of broken files anew: `python -m tests.catalogue.make_broken`. One fault a file.

Each is a sound little workbook with one thing done to it, as Excel or a slip of the hand does it.
"""

from __future__ import annotations

import io
import json
import unicodedata
import zipfile
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import openpyxl

from knowledge.catalogue import Edition, Evidence, Fee, Paper, Procedure
from knowledge.catalogue.model import Duration
from knowledge.catalogue.toml_text import write_toml
from knowledge.catalogue.xlsx import write_xlsx

FOLDER = Path(__file__).parent / "broken"
STAMP = (2026, 11, 23, 0, 0, 0)  # of every part, so that the same files come out again
BOMB_BYTES = 70 * 1024 * 1024
SOUND = Edition(
    name="thu",
    title="Danh mục thử",
    agency_note="",
    effective_from=date(2026, 1, 1),
    effective_to=None,
    publication_decision="",
    note="",
    procedures=(
        Procedure(
            id="A1",
            title="Cấp giấy phép xây dựng",
            field="Xây dựng",
            code="1.000001",
            aliases=("GPXD",),
            papers=(Paper("Đơn đề nghị", "original", 1), Paper("Bản vẽ", "copy", 2)),
            sets=1,
            time=Duration(20, "days"),
            fees=(Fee("amount", 600_000),),
            evidence={"time": Evidence(("Cổng",), date(2026, 6, 1))},
        ),
        Procedure(id="A2", title="Gia hạn giấy phép xây dựng", field="Xây dựng", code="1.000002", related=("A1",)),
    ),
)


def edited(change: Callable[[Any], object]) -> bytes:
    """The sound workbook with something done to it in a program such as Excel."""
    book = openpyxl.load_workbook(io.BytesIO(write_xlsx(SOUND)))
    change(book)
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()


def cell(sheet: str, place: str, value: object) -> bytes:
    """The sound workbook with one cell changed."""

    def change(book: Any) -> None:
        book[sheet][place].value = value
        if isinstance(value, float | int):
            book[sheet][place].number_format = "General"

    return edited(change)


def parts(change: Callable[[str, bytes], bytes]) -> bytes:
    """The sound workbook with the parts of its archive changed."""
    buffer = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(write_xlsx(SOUND))) as old,
        zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as new,
    ):
        for name in old.namelist():
            new.writestr(zipfile.ZipInfo(name, STAMP), change(name, old.read(name)), zipfile.ZIP_DEFLATED)
    return buffer.getvalue()


def _bomb() -> bytes:
    buffer = io.BytesIO(write_xlsx(SOUND))
    with zipfile.ZipFile(buffer, "a", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(zipfile.ZipInfo("xl/media/zeros.bin", STAMP), bytes(BOMB_BYTES), zipfile.ZIP_DEFLATED)
    return buffer.getvalue()


def _with_entities(name: str, data: bytes) -> bytes:
    if name != "xl/workbook.xml":
        return data
    return data.replace(b"?>", b'?><!DOCTYPE x [<!ENTITY a "ha"><!ENTITY b "&a;&a;">]>', 1)


def _second_row(book: Any) -> None:
    book["Thủ tục"]["A4"].value = "A1"
    book["Liên quan"].delete_rows(3)


def _copied(book: Any) -> Any:
    return book.create_sheet("Ghi chép riêng")


TOML = write_toml(SOUND)
OWN = '{"id": "A1", "title": "Cấp giấy phép", "field": "Xây dựng"}\n'
NATIONAL = {"ma_thu_tuc": "1.000001", "ten_thu_tuc": "Cấp giấy phép", "linh_vuc": "Xây dựng"}
FILES: dict[str, Callable[[], bytes]] = {
    "words.xlsx": lambda: "đây không phải sổ".encode(),
    "password.xlsx": lambda: bytes.fromhex("D0CF11E0A1B11AE1") + bytes(600),
    "truncated.xlsx": lambda: write_xlsx(SOUND)[:2000],
    "other-archive.xlsx": lambda: _archive("readme.txt", b"hello"),
    "zip-bomb.xlsx": _bomb,
    "entities.xlsx": lambda: parts(_with_entities),
    "broken-part.xlsx": lambda: parts(lambda name, data: data[:100] if name == "xl/worksheets/sheet2.xml" else data),
    "merged.xlsx": lambda: edited(lambda book: book["Giấy tờ"].merge_cells("A3:A4")),
    "formula.xlsx": lambda: cell("Thủ tục", "K3", "=1+1"),
    "lost-reference.xlsx": lambda: cell("Thủ tục", "K3", "#REF!"),
    "unknown-column.xlsx": lambda: cell("Giấy tờ", "D1", "Số bản"),
    "column-twice.xlsx": lambda: cell("Giấy tờ", "E1", "Số lượng"),
    "missing-column.xlsx": lambda: edited(lambda book: book["Giấy tờ"].delete_cols(1)),
    "unknown-sheet.xlsx": lambda: edited(_copied),
    "no-procedures.xlsx": lambda: edited(lambda book: [book.remove(book[name]) for name in book.sheetnames[1:]]),
    "id-twice.xlsx": lambda: edited(_second_row),
    "code-twice.xlsx": lambda: cell("Thủ tục", "C4", "1.000001"),
    "code-as-number.xlsx": lambda: cell("Thủ tục", "C3", 1.000001),
    "bad-code.xlsx": lambda: cell("Thủ tục", "C3", "1.2"),
    "no-title.xlsx": lambda: cell("Thủ tục", "D3", None),
    "long-short-title.xlsx": lambda: cell("Thủ tục", "E3", "x" * 61),
    "words-for-a-number.xlsx": lambda: cell("Thủ tục", "K3", "ba bộ"),
    "half-a-set.xlsx": lambda: cell("Thủ tục", "K3", 1.5),
    "no-sets.xlsx": lambda: cell("Thủ tục", "K3", 0),
    "time-without-unit.xlsx": lambda: cell("Thủ tục", "M3", None),
    "unknown-unit.xlsx": lambda: cell("Thủ tục", "M3", "tuần"),
    "fee-without-thousands.xlsx": lambda: cell("Phí, lệ phí", "C3", 600),
    "fee-without-kind.xlsx": lambda: cell("Phí, lệ phí", "B3", None),
    "paper-of-nobody.xlsx": lambda: cell("Giấy tờ", "A3", "A9"),
    "paper-without-name.xlsx": lambda: cell("Giấy tờ", "B4", None),
    "related-to-nothing.xlsx": lambda: cell("Liên quan", "B3", "A9"),
    "date-as-number.xlsx": lambda: cell("Nguồn", "D3", 46174),
    "date-as-words.xlsx": lambda: cell("Nguồn", "D3", "tháng 6/2026"),
    "impossible-date.xlsx": lambda: cell("Nguồn", "D3", "31/02/2026"),
    "source-without-date.xlsx": lambda: cell("Nguồn", "D3", None),
    "source-of-no-field.xlsx": lambda: cell("Nguồn", "B3", "thoi_han"),
    "edition-without-name.xlsx": lambda: cell("Danh mục", "A3", None),
    "words.toml": lambda: b"= 1",
    "windows-1258.toml": lambda: TOML.encode("utf-8").replace("Xây".encode(), b"X\xe2y", 1),
    "unknown-key.toml": lambda: TOML.replace("sets = 1", "set = 1").encode(),
    "wrong-total.toml": lambda: (TOML + "\n[totals]\nprocedures = 3\n").encode(),
    "letters-apart.toml": lambda: TOML.replace("Bản vẽ", unicodedata.normalize("NFD", "Bản vẽ")).encode(),
    "words.jsonl": lambda: (OWN + "xin chào\n").encode(),
    "list.jsonl": lambda: (OWN + "[1, 2]\n").encode(),
    "utf-16.jsonl": lambda: OWN.encode("utf-16"),
    "no-field.jsonl": lambda: (OWN + '{"id": "A2", "title": "Gia hạn"}\n').encode(),
    "empty.jsonl": lambda: b"\n",
    "national-without-title.jsonl": lambda: _lines(NATIONAL, {**NATIONAL, "ma_thu_tuc": "1.000002", "ten_thu_tuc": ""}),
    "national-bad-code.jsonl": lambda: _lines(NATIONAL, {**NATIONAL, "ma_thu_tuc": "TT-2"}),
    "table.csv": lambda: b"id;title\n",
}


def _archive(name: str, data: bytes) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr(zipfile.ZipInfo(name, STAMP), data)
    return buffer.getvalue()


def _lines(*records: dict[str, str]) -> bytes:
    return "".join(json.dumps(record, ensure_ascii=False) + "\n" for record in records).encode()


def main() -> None:
    """Write every file."""
    FOLDER.mkdir(exist_ok=True)
    for name, made in FILES.items():
        (FOLDER / name).write_bytes(made())


if __name__ == "__main__":
    main()
