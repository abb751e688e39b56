"""`dossiers import`, `correct` and `pull` as an operator sees them: asked first, told what is wrong or down."""

from __future__ import annotations

import io
import json
import os
import pty
import subprocess
from datetime import datetime, timedelta

from openpyxl import Workbook
from sqlalchemy import select

from storage.database import Database
from storage.schema import audit
from tests.cli.motcua import Motcua
from tests.cli.test_dossiers import as_file, row
from tests.intake.desk import sample
from tests.intake.opencps_server import standing_in

CODE = "000.00.15.H58-200617-0001"


def workbook() -> bytes:
    made = Workbook()
    sheet = made.active
    assert sheet is not None
    sheet.append(["Số hồ sơ", "TenTTHC", "NgayTiepNhan", "TrangThaiHoSo", "KenhThucHien"])
    sheet.append([CODE, "Cấp giấy phép", datetime(2020, 6, 17, 14, 20), 4, 2])
    sheet.append([CODE[:-1] + "2", "Cấp giấy phép", "=A1", 4, None])
    sheet.append([CODE[:-1] + "3", "Cấp giấy phép", datetime(2020, 6, 17, 14, 20), 4, None])
    file = io.BytesIO()
    made.save(file)
    return file.getvalue()


def test_a_workbook_with_titles_of_ones_own_is_taken_in(motcua: Motcua) -> None:
    name = motcua.write("export.xlsx", workbook())
    ran = motcua("dossiers", "import", name, MOTCUA_INTAKE__MAPPING=json.dumps({"số hồ sơ": "MaHoSo"}))
    assert (ran.code, ran.out) == (0, "2 rows taken: 2 new dossiers, 0 known before\n")
    assert "export.xlsx: line 3: NgayTiepNhan: a formula; put its value in its place" in ran.err
    listed = motcua.fine("dossiers", "list", "--without-channel").lines()
    assert [line[:25] for line in listed] == [CODE[:-1] + "3"]


def test_an_older_file_takes_nothing_back(bare: Motcua) -> None:
    newer, older = bare.write("newer.csv", as_file(row(1, status="9"))), bare.write("older.csv", as_file(row(1)))
    yesterday = (datetime.now() - timedelta(days=1)).timestamp()
    os.utime(bare.folder / older, (yesterday, yesterday))
    for name in (newer, older):
        assert bare("dossiers", "import", name).code == 0
    assert bare.fine("dossiers", "show", CODE).lines()[0] == f"{CODE}   9 Đã xử lý xong"


def test_on_a_terminal_it_says_what_would_change_and_asks(bare: Motcua) -> None:
    name = bare.write("export.csv", as_file(row(1), row(2, status="x")))
    for answer, code in ((b"n\n", 1), (b"y\n", 0)):
        ours, theirs = pty.openpty()
        os.write(ours, answer)
        ran = subprocess.run(
            bare.command("dossiers", "import", name),
            cwd=bare.folder,
            env=bare.environment(),
            stdin=theirs,
            capture_output=True,
            check=False,
            timeout=60,
        )
        os.close(ours)
        os.close(theirs)
        said = ran.stderr.decode()
        assert ran.returncode == code, said
        assert "export.csv: 1 new, 0 changed, 0 unchanged, 0 older than what is known, 1 refused" in said
        assert "Take in 1 rows?" in said


def test_a_correction_by_hand_leaves_a_line_in_the_trail(motcua: Motcua, database: Database) -> None:
    motcua.fine("dossiers", "import", motcua.write("export.csv", as_file(row(1))))
    ran = motcua.fine("dossiers", "correct", CODE, "NgayHenTra=2020-07-10", "TrangThaiHoSo=5", "KenhThucHien=1")
    assert ran.out == f"{CODE}: NgayHenTra, TrangThaiHoSo, KenhThucHien corrected\n"
    shown = motcua.fine("dossiers", "show", CODE).lines()
    assert shown[0] == f"{CODE}   5 Yêu cầu bổ sung giấy tờ"
    assert "due        2020-07-10 00:00" in shown
    assert "filed by   1" in shown
    with database.transaction() as tx:
        trail = list(tx.execute(select(audit.c.detail).where(audit.c.action == "dossier_corrected")).scalars())
    assert trail == [f"{CODE}: NgayHenTra, TrangThaiHoSo, KenhThucHien: changed"]


def test_what_cannot_be_corrected_is_said_in_one_line(bare: Motcua) -> None:
    bare.fine("dossiers", "import", bare.write("export.csv", as_file(row(1))))
    for wrong, said in (
        ("NgayHenTra", "it must be FIELD=VALUE"),
        ("La=1", "La: not one of MaHoSoKhac, MaTTHC"),
    ):
        ran = bare("dossiers", "correct", CODE, wrong)
        assert (ran.code, ran.out) == (1, "")
        assert said in ran.err
    assert bare("dossiers", "correct", CODE[:-1] + "9", "NgayTra=").err == f"motcua: no dossier {CODE[:-1]}9\n"


def test_the_systems_of_the_settings_are_asked_and_one_that_is_down_is_said_to_be(bare: Motcua) -> None:
    assert "intake.sources names no system" in bare("dossiers", "pull").err
    with standing_in({"/dossiers": (200, sample("opencps_08_dossiers_list")["response"])}) as server:
        sources = json.dumps([{"name": "motcua", "kind": "opencps", "url": server.url}])
        ran = bare("dossiers", "pull", MOTCUA_INTAKE__SOURCES=sources)
    assert (ran.code, ran.err) == (0, "")
    good, new = ran.lines()
    assert good.startswith("motcua: data of ")
    assert new == "1 new dossiers"
    ran = bare("dossiers", "pull", MOTCUA_INTAKE__SOURCES=sources)
    assert ran.code == 1
    assert f"motcua is down: out of reach: ConnectionRefusedError; last good data: {good[16:]}" in ran.err
