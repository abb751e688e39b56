"""Files of a catalogue: what is written comes back unchanged, also after an edit, and large ones stay small."""

from __future__ import annotations

import io
import subprocess
import sys
from dataclasses import replace
from datetime import date
from pathlib import Path

import openpyxl
import pytest
from hypothesis import given, settings

from knowledge.catalogue import CatalogueError, Edition, Paper, Procedure, load_edition, shipped_editions
from knowledge.catalogue.files import ENDINGS, read_file, write_file
from knowledge.catalogue.xlsx import read_xlsx, write_xlsx
from tests.catalogue.editions import editions
from tests.catalogue.make_broken import SOUND

TODAY = date(2026, 11, 23)
ROOT = Path(__file__).parents[2]


def back(edition: Edition, ending: str) -> Edition:
    parsed = read_file(f"a.{ending}", write_file(f"a.{ending}", edition), TODAY)
    assert parsed.faults == ()
    return parsed.edition(edition.name, TODAY)


@pytest.mark.parametrize("ending", ENDINGS)
@pytest.mark.parametrize("name", shipped_editions())
def test_what_is_exported_is_imported_unchanged(name: str, ending: str) -> None:
    assert back(load_edition(name), ending) == load_edition(name)


@pytest.mark.parametrize("ending", ENDINGS)
@settings(deadline=None, max_examples=25)
@given(edition=editions())
def test_any_edition_survives_export_and_import(edition: Edition, ending: str) -> None:
    assert back(edition, ending) == edition


@settings(deadline=None, max_examples=10)
@given(edition=editions())
def test_a_workbook_saved_by_another_program_is_imported_unchanged(edition: Edition) -> None:
    buffer = io.BytesIO()
    openpyxl.load_workbook(io.BytesIO(write_xlsx(edition))).save(buffer)
    assert read_xlsx(buffer.getvalue()).edition(edition.name, TODAY) == edition


def test_an_edit_in_the_workbook_is_what_changes() -> None:
    book = openpyxl.load_workbook(io.BytesIO(write_xlsx(SOUND)))
    book["Giấy tờ"].append(["A2", "Đơn gia hạn ", "BẢN CHÍNH", 1])
    book["Thủ tục"]["L4"], book["Thủ tục"]["M4"] = 5, "ngày làm việc"
    buffer = io.BytesIO()
    book.save(buffer)
    changed = read_xlsx(buffer.getvalue()).edition(SOUND.name, TODAY)
    assert changed.procedures[0] == SOUND.procedures[0]
    entry = changed.procedures[1]
    assert entry.papers == (Paper("Đơn gia hạn", "original", 1),)
    assert entry.time is not None
    assert (entry.time.value, entry.time.unit) == (5, "working_days")


def test_columns_may_stand_in_another_order_and_guides_be_deleted() -> None:
    book = openpyxl.load_workbook(io.BytesIO(write_xlsx(SOUND)))
    for page in book.worksheets:
        page.delete_rows(2)
    book["Giấy tờ"].move_range("A1:B3", cols=10)
    buffer = io.BytesIO()
    book.save(buffer)
    assert read_xlsx(buffer.getvalue()).edition(SOUND.name, TODAY) == SOUND


def test_a_text_that_begins_like_a_formula_is_a_text() -> None:
    entry = Procedure("A1", "=1+1", "F", steps=("+84", "-x", "@a", "_x0041_"))
    edition = replace(SOUND, procedures=(entry,))
    assert back(edition, "xlsx") == edition


def test_ten_thousand_procedures_are_read_in_less_than_300_mib(tmp_path: Path) -> None:
    file = tmp_path / "big.xlsx"
    one = replace(SOUND.procedures[0], aliases=(), fees=(), papers=SOUND.procedures[0].papers[:1], evidence={})
    many = tuple(replace(one, id=f"A{n}", code=f"1.{n:06d}", title=f"{one.title} số {n}") for n in range(10_000))
    file.write_bytes(write_xlsx(replace(SOUND, procedures=many)))
    told = subprocess.run(
        [sys.executable, "-c", _READ, str(file)], cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout.split()
    assert told[0] == "10000"
    assert int(told[1]) < 300 * 1024


_READ = """
import sys
from datetime import date
from pathlib import Path
from knowledge.catalogue.files import read_file
file = Path(sys.argv[1])
parsed = read_file(file.name, file.read_bytes(), date(2026, 11, 23))
status = Path("/proc/self/status").read_text()  # getrusage counts the memory of the process that started this one
print(len(parsed.good), status.partition("VmHWM:")[2].split()[0])
"""


@pytest.mark.parametrize("depth", [300, 900, 5_000])
@pytest.mark.parametrize("ending", ["jsonl", "toml"])
def test_a_value_nested_very_deeply_is_a_fault_and_no_crash(ending: str, depth: int) -> None:
    nested = "[" * depth + "]" * depth
    text = {
        "jsonl": f'{{"id": "A1", "title": "T", "field": "F", "steps": {nested}}}\n',
        "toml": f'[edition]\nname = "a"\ntitle = "A"\neffective_from = 2026-01-01\n'
        f'[[procedure]]\nid = "A1"\ntitle = "T"\nfield = "F"\nsteps = {nested}\n',
    }[ending]
    try:
        faults = read_file(f"a.{ending}", text.encode(), TODAY).faults
    except CatalogueError as error:
        faults = error.faults
    assert faults
