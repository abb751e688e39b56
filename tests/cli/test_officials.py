"""`officials`: inviting, listing and revoking from the command line."""

from __future__ import annotations

import json
import re
from datetime import date
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

from openpyxl import load_workbook

from tests.cli.motcua import Motcua


def test_an_official_is_invited_linked_in_chat_listed_and_revoked(motcua: Motcua) -> None:
    invited = motcua.fine("officials", "invite", "Trần Thị Bình", "--role", "administrator").out
    assert "t.me" not in invited, "without Telegram nobody knows what the bot is called"
    found = re.search(r"code {2}([A-Z2-7]{6}(?:-[A-Z2-7]{6}){3}) ", invited)
    assert found is not None
    assert "1  administrator  Trần Thị Bình  invited until " in motcua.fine("officials", "list").out
    talk = f"/moi {found[1]}\n/tap Liên kết\n/canbo\n"
    replies = motcua.fine("chat", "--json", "--as", "binh", stdin=talk).records()
    assert "quản trị" in replies[-1]["text"]
    assert "linked by terminal since " in motcua.fine("officials", "list").out
    assert motcua.fine("officials", "revoke", "1").out == "1  revoked\n"
    assert "  revoked 20" in motcua.fine("officials", "list").out
    (after,) = motcua.fine("chat", "--json", "--as", "binh", stdin="/canbo\n").records()
    assert "quản trị" not in json.dumps(after, ensure_ascii=False)
    twice = motcua("officials", "revoke", "1")
    assert (twice.code, twice.out) == (1, "")
    assert twice.err == "motcua: no official 1 who could be revoked\n"


class Platform(BaseHTTPRequestHandler):
    """A Bot API that says who the bot is."""

    def do_POST(self) -> None:
        bot = {"id": 1, "is_bot": True, "first_name": "Một Cửa", "username": "mot_cua_bot"}
        body = json.dumps({"ok": True, "result": bot}).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_args: object) -> None:
        """Say nothing."""


def test_where_telegram_says_what_the_bot_is_called_there_is_a_link_and_else_the_code_alone(bare: Motcua) -> None:
    with ThreadingHTTPServer(("127.0.0.1", 0), Platform) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        given = {
            "MOTCUA_TELEGRAM__TOKEN": "123:abc",
            "MOTCUA_TELEGRAM__BASE_URL": f"http://127.0.0.1:{server.server_port}",
        }
        with_link = bare("officials", "invite", "An", **given)
        server.shutdown()
    assert with_link.code == 0
    link = re.search(r"link  https://t\.me/mot_cua_bot\?start=moi_([A-Z2-7]{24})\n", with_link.out)
    assert link is not None
    shown = re.search(r"code  (\S+)", with_link.out)
    assert shown is not None
    assert shown[1].replace("-", "") == link[1]
    without = bare("officials", "invite", "An", **given)
    assert without.code == 0
    assert "t.me" not in without.out
    assert "there is no link" in without.err
    assert "123:abc" not in without.err


def test_an_invite_has_a_name_a_role_and_an_end_that_make_sense(bare: Motcua) -> None:
    for words in (["invite", "x" * 101], ["invite", "a\nb"], ["invite", "a", "--role", "king"]):
        assert bare("officials", *words).code == 2
    assert bare("officials", "invite", "a", "--days", "0").code == 2
    assert bare("officials", "revoke", "9" * 20).code == 2


def test_the_roster_is_set_and_shown_and_an_official_is_assigned_fields(bare: Motcua) -> None:
    for name in ("An", "Bình"):
        bare.fine("officials", "invite", name, "--field", "Xây dựng")
    bare.fine("roster", "set", "1", "2", "--from", "2026-11-30")
    bare.fine("roster", "set", "--away", "1", "--from", "2026-12-01", "--to", "2026-12-01")
    shown = bare.fine("roster", "show", "--from", "2026-11-30", "--weeks", "2").out.splitlines()
    assert shown == [
        "2026-11-30  2026-11-30  1  An",
        "2026-12-01  2026-12-01  2  Bình",
        "2026-12-02  2026-12-04  1  An",
        "2026-12-07  2026-12-11  2  Bình",
    ]
    bare.fine("roster", "show", "--from", "2026-11-30", "--out", "truc.xlsx")
    assert (bare.folder / "truc.xlsx").read_bytes().startswith(b"PK")
    bare.fine("officials", "assign", "2", "--procedure", "1.009972")
    listed = bare.fine("officials", "list").out
    assert "handles: Xây dựng" in listed
    assert "handles: 1.009972" in listed
    assert bare.fine("officials", "email", "2", "binh@example.vn").out.startswith("2  linked by email")
    assert "linked by email since" in bare.fine("officials", "list").out
    assert (bare("officials", "email", "2", "x@example.vn").code, bare("officials", "email", "1", "x").code) == (1, 2)
    far = f"{date.today().year + 1}-09-15"  # to come, and far from every holiday
    bare.fine("roster", "show", "--from", far, "--weeks", "1", "--out", "2027.xlsx")
    book = load_workbook(bare.folder / "2027.xlsx")
    sheet = book.active
    assert sheet is not None
    sheet["C2"], sheet["D2"] = (2 if sheet["C2"].value == 1 else 1), None
    book.save(bare.folder / "2027.xlsx")
    assert bare("roster", "import", "2027.xlsx").code == 2, "nobody can be asked"
    taken = bare("roster", "import", "2027.xlsx", "--yes")
    assert (taken.code, taken.out) == (0, "1 stretches changed, 0 lines refused\n")
    assert " → " in taken.err
    assert bare.fine("roster", "import", "2027.xlsx", "--yes").out == "0 stretches changed, 0 lines refused\n"
    assert bare("roster", "import", "officials.csv").code == 2
    assert (bare("roster", "set", "9").code, bare("roster", "set", "--away", "1", "2").code) == (1, 2)


def test_an_official_takes_a_file_in_from_the_terminal_and_gets_the_refused_rows_as_one(motcua: Motcua) -> None:
    found = re.search(r"code {2}(\S+)", motcua.fine("officials", "invite", "Bình").out)
    assert found is not None
    motcua.write(
        "hồ sơ.csv",
        "MaHoSo,TenTTHC,NgayTiepNhan,TrangThaiHoSo\n"
        "000.00.15.H58-200617-0001,Cấp phép,20200617083000,4\n"
        "x,y,20200617,4\n",
    )
    talk = f"/moi {found[1]}\n/tap Liên kết\n/file hồ sơ.csv\n/tap Nhập dữ liệu\n"
    *_, done = motcua.fine("chat", "--json", "--as", "binh", stdin=talk).records()
    assert "1 hồ sơ" in done["text"]
    (path,) = done["files"]
    assert path.endswith(".xlsx")
    assert (motcua.folder / path).read_bytes().startswith(b"PK")
    assert "000.00.15.H58-200617-0001" in motcua.fine("dossiers", "list").out
