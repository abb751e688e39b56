"""`dossiers`: files of an operator, good and bad, and what is kept of them."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Any

import pytest
from sqlalchemy import select, text

from storage.database import Database
from storage.dossiers import records as dossiers
from storage.dossiers.records import Owner
from storage.schema import audit, dossier_history, event, metadata
from tests.cli.motcua import Motcua

HEAD = "MaHoSo,MaTTHC,TenTTHC,ChuHoSo,SoGiayToChuHoSo,SoDienThoai,Email,NgayTiepNhan,NgayHenTra,TrangThaiHoSo"
OWNER = "Nguyễn Bí Mật,079123456789,0912345678,bimat@example.vn"
ROWS_OF_A_QUARTER = 5_000
MOST_SECONDS = 60  # for that many; the figure that is printed is the one to look at


def row(number: int, *, status: str = "4", due: str = "20200703142000", title: str = "Cấp giấy phép") -> str:
    return f"000.00.15.H58-200617-{number:04d},XD01,{title},{OWNER},20200617142000,{due},{status}"


def as_file(*rows: str, head: str = HEAD, end: str = "\n") -> str:
    return end.join([head, *rows]) + end


def everything(database: Database) -> Iterator[tuple[str, Any]]:
    """Give every value of every table as it lies there."""
    with database.transaction() as tx:
        for name in metadata.tables:
            for found in tx.execute(text(f"SELECT * FROM {name}")):
                yield from ((name, value) for value in found)


def history(database: Database) -> list[Any]:
    with database.transaction() as tx:
        return list(tx.execute(select(dossier_history).order_by(*dossier_history.primary_key)))


def test_the_good_rows_are_kept_and_each_bad_one_is_named(motcua: Motcua, database: Database) -> None:
    rows = [
        row(1),
        row(2, status="11"),
        row(3, title='"never closed'),
        row(4, title='"with, comma"'),
        row(5, due="31/12/2020"),
        row(6) + ",one more",
        row(7).rsplit(",", 1)[0],
        row(8).replace("H58", "H5"),
        "",
        row(9),
    ]
    name = motcua.write("export.csv", as_file(*rows))
    ran = motcua("dossiers", "import", name)
    assert (ran.code, ran.out) == (0, "3 rows taken: 3 new dossiers, 0 known before\n")
    assert ran.err.split("\n") == [
        "export.csv: line 3: TrangThaiHoSo: not a status of 1 to 10: 11",
        "export.csv: line 4: (row): a quote is not closed, or something stands behind a closed one",
        "export.csv: line 6: NgayHenTra: not a date as yyyyMMddHHmmss or ISO: 31/12/2020",
        "export.csv: line 7: (row): 11 cells, but there are 10 columns",
        "export.csv: line 8: (row): 9 cells, but there are 10 columns",
        "export.csv: line 9: MaHoSo: not a receipt code: 000.00.15.H5-200617-0008",
        "export.csv: 6 rows are refused, listed in export.csv.refused.csv",
        "",
    ]
    listed = (motcua.folder / "export.csv.refused.csv").read_text(encoding="utf-8-sig").splitlines()
    assert listed[:2] == ["line,column,reason", "3,TrangThaiHoSo,not a status of 1 to 10: 11"]
    assert len(listed) == 7
    before = history(database)
    again = motcua("dossiers", "import", name)
    assert (again.code, again.out) == (0, "3 rows taken: 0 new dossiers, 3 known before\n")
    assert history(database) == before
    assert len(before) == 3
    listed = motcua.fine("dossiers", "list", "--most", "2").lines()
    assert listed == ["000.00.15.H58-200617-0001   4 Đang xử lý", "000.00.15.H58-200617-0004   4 Đang xử lý"]


def test_nothing_of_the_owner_can_be_read_in_the_database(motcua: Motcua, database: Database) -> None:
    motcua.fine("dossiers", "import", motcua.write("export.csv", as_file(row(1), row(2))))
    found = list(everything(database))
    assert ("dossier", "000.00.15.H58-200617-0001") in found
    dump = repr(found).encode() + b"".join(bytes(value) for _, value in found if isinstance(value, bytes | memoryview))
    for secret in OWNER.split(","):
        assert secret.encode() not in dump
        assert repr(secret)[1:-1].encode() not in dump
    with database.transaction() as tx:
        assert dossiers.owner(tx, 1) == Owner("Nguyễn Bí Mật", "079123456789", "0912345678")
        assert tx.execute(select(event.c.state, event.c.body)).all() == [("done", None)]
        assert "new: 2" in str(tx.execute(select(audit.c.detail).order_by(audit.c.id)).all())


def test_one_dossier_is_shown_with_the_history_of_its_statuses(motcua: Motcua) -> None:
    for status in ("2", "4"):
        motcua.fine("dossiers", "import", motcua.write("export.csv", as_file(row(1, status=status))))
    shown = motcua.fine("dossiers", "show", "ma: 000 00 15 h58-200617-0001").lines()
    assert shown[0] == "000.00.15.H58-200617-0001   4 Đang xử lý"
    assert "due        2020-07-03 14:20" in shown
    assert [line[:13] for line in shown if line.startswith("status")] == ["status      2", "status      4"]
    assert "since 2020-06-17 14:20, learnt 20" in shown[-2]
    assert "Bí Mật" not in "".join(shown)


def test_a_file_in_which_no_row_is_good_is_a_failure(bare: Motcua) -> None:
    ran = bare("dossiers", "import", bare.write("export.csv", as_file(row(1, status="x"))))
    assert (ran.code, ran.out) == (1, "0 rows taken: 0 new dossiers, 0 known before\n")
    assert ran.err.endswith("motcua: no row was taken\n")


def test_of_several_files_the_good_ones_are_taken(bare: Motcua) -> None:
    good = bare.write("good.csv", "\ufeff" + as_file(row(1), row(2), end="\r\n"))
    tabs = bare.write("tabs.csv", as_file(row(3)).replace(",", "\t"))
    utf16 = bare.write("utf16.csv", as_file(row(4)).encode("utf-16"))
    ran = bare("dossiers", "import", "none.csv", utf16, good, tabs, "--yes")
    assert (ran.code, ran.out) == (0, "3 rows taken: 3 new dossiers, 0 known before\n")
    assert ran.err == (
        "motcua: none.csv: No such file or directory\nmotcua: utf16.csv: not text in UTF-8; save it as “CSV UTF-8”\n"
    )


def test_what_no_engine_could_keep_is_refused_or_cut_before_it_comes_to_the_store(
    motcua: Motcua, database: Database
) -> None:
    rows = [
        row(1, title="a\0b\x1b[2J"),
        row(2).replace("XD01", "X" * 41),
        row(3, due="00010101000000"),
        row(4, due="99991231235959"),
    ]
    name = motcua.write("x" * 200 + ".csv", as_file(*rows))
    ran = motcua("dossiers", "import", name)
    assert (ran.code, ran.out) == (0, "1 rows taken: 1 new dossiers, 0 known before\n")
    assert ran.err.count(".csv: line ") == 3
    with database.transaction() as tx:
        kept = dossiers.find(tx, "000.00.15.H58-200617-0001")
    assert kept is not None
    assert kept.procedure_title == "a b [2J"
    assert kept.source == "x" * 80


def test_a_quarter_of_a_big_province_is_taken_in_reasonable_time(
    motcua: Motcua, capsys: pytest.CaptureFixture[str], engine_url: str
) -> None:
    name = motcua.write("export.csv", as_file(*map(row, range(1, ROWS_OF_A_QUARTER + 1))))
    started = time.monotonic()
    ran = motcua.fine("dossiers", "import", name)
    seconds = time.monotonic() - started
    assert ran.out == f"{ROWS_OF_A_QUARTER} rows taken: {ROWS_OF_A_QUARTER} new dossiers, 0 known before\n"
    with capsys.disabled():
        engine = engine_url.partition(":")[0]
        print(f"\n{engine}: {ROWS_OF_A_QUARTER} rows in {seconds:.1f} s: {ROWS_OF_A_QUARTER / seconds:.0f} rows/s")
    assert seconds < MOST_SECONDS
