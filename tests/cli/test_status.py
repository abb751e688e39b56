"""`status`: the public look-up of every code in a text, for other programs."""

from __future__ import annotations

import pytest

from tests.cli.motcua import Motcua

KEYS = ["code", "problem", "found", "status", "due", "as_of"]
NOTHING = {"found": False, "status": None, "due": None, "as_of": None}
KNOWN = "000.00.15.H58-200617-0001"
FOREIGN = "000.00.15.H61-200617-0001"  # it is in the database, but it is not of this agency
CSV = f"""MaHoSo,MaTTHC,ChuHoSo,NgayTiepNhan,NgayHenTra,TrangThaiHoSo
{KNOWN},XD01,Trần Thị Bí Mật,20200617142000,20200703142000,4
000.00.15.H58-200617-0002,XD01,Trần Thị Bí Mật,20200617142000,,2
{FOREIGN},XD01,Trần Thị Bí Mật,20200617142000,,2
"""


def test_every_code_of_a_text_has_its_line(motcua: Motcua) -> None:
    motcua.fine("dossiers", "import", motcua.write("export.csv", CSV))
    text = (
        f"ho so {KNOWN} va ooo.00.15.h58-2oo617-0002, them 000.00.15.H58-200618-0009; "
        f"sai ngay 000.00.15.H58-200231-0001, tuong lai 000.00.15.H58-991231-0001, tinh khac {FOREIGN}"
    )
    records = motcua.fine("status", text, "--json").records()
    assert [list(record) for record in records] == [KEYS] * 6
    known, undated, absent, *problems = records
    as_of = known.pop("as_of")
    assert known == {"code": KNOWN, "problem": None, "found": True, "status": 4, "due": "2020-07-03T14:20:00+07:00"}
    assert as_of.endswith("+07:00")
    assert (undated["code"], undated["found"], undated["due"]) == ("000.00.15.H58-200617-0002", True, None)
    assert absent == {"code": "000.00.15.H58-200618-0009", "problem": None, **NOTHING}
    assert problems == [
        {"code": "000.00.15.H58-200231-0001", "problem": "date", **NOTHING},
        {"code": "000.00.15.H58-991231-0001", "problem": "future", **NOTHING},
        {"code": FOREIGN, "problem": "other_agency", **NOTHING},
    ]
    shown = motcua.fine("status", KNOWN).out
    assert shown.startswith(f"code: {KNOWN}  found: True  status: 4  due: 2020-07-03T14:20:00+07:00")
    assert "Bí Mật" not in shown


@pytest.mark.parametrize("text", ["", "\udcff", "x" * 100_000], ids=lambda text: text[:9])
def test_what_is_no_code_is_one_line_with_the_problem_format(bare: Motcua, text: str) -> None:
    records = bare.fine("status", text, "--json").records()
    assert records == [{"code": None, "problem": "format", **NOTHING}]


def test_a_code_in_every_state_of_problem_is_checked_in_order(bare: Motcua) -> None:
    # An impossible day of another province is called impossible, a day to come of another province is called future.
    records = bare.fine("status", "000.00.15.H61-200231-0001 000.00.15.H61-991231-0001", "--json").records()
    assert [record["problem"] for record in records] == ["date", "future"]


def test_a_legacy_code_is_never_of_another_agency(bare: Motcua) -> None:
    bare.settings = {"MOTCUA_AGENCY__AGENCY_CODE": "000.00.15.H58"}
    records = bare.fine("status", "BQLKCN-200617-0001 000.00.16.H58-200617-0001", "--json").records()
    assert [record["problem"] for record in records] == [None, "other_agency"]
