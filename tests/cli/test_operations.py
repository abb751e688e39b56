"""`migrate`, `outbox` and `feedback`: what an operator looks at, without content where none is needed."""

from __future__ import annotations

import csv
from datetime import UTC, datetime, timedelta
from pathlib import Path

from markupsafe import Markup
from sqlalchemy import text

from handlers.messages import Reply
from storage import accounts
from storage.database import Database
from storage.delivery import claims, outbox, receipts
from storage.delivery.claims import Claimer
from storage.delivery.outbox import NewRow
from storage.migrate import HEAD
from storage.schema import metadata
from tests.cli.motcua import Motcua
from tests.feedback.test_pakn import photo

NAME, ADDRESS, PHONE = "Trần Thị Kín Đáo", "Số 9 đường Không Tên, Mỹ Tho", "0912 345 678"
CONTENT = "Thời hạn cấp phép quá dài, đề nghị rút ngắn"


def test_migrating_again_has_nothing_to_do(anew: Motcua) -> None:
    assert anew.fine("migrate").out == f"migrated to {HEAD}\n"
    assert anew.fine("migrate").out == f"nothing to do: the database is at {HEAD}\n"


def test_a_database_of_a_newer_version_is_refused(motcua: Motcua, database: Database) -> None:
    with database.transaction() as tx:
        tx.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    ran = motcua("status", "x")
    assert (ran.code, ran.out) == (1, "")
    assert "newer version (9999)" in ran.err


def test_feedback_is_listed_without_content_and_shown_with_it(motcua: Motcua, database: Database) -> None:
    lines = ["/tap 1:feedback", CONTENT, NAME, ADDRESS, PHONE, "/tap Gửi"]
    ran = motcua("chat", "--json", "--as", "anna", stdin="\n".join(lines), MOTCUA_LOG__LEVEL="DEBUG")
    assert ran.code == 0
    assert all(secret not in ran.err for secret in (NAME, ADDRESS, PHONE, CONTENT))
    replies = ran.records()
    number = f"PAKN-{datetime.now(UTC) + timedelta(hours=7):%Y%m%d}-0001"
    assert any(number in reply["text"] for reply in replies)
    listed = motcua.fine("feedback", "list").out
    assert listed.startswith(f"{number}  ")
    assert listed.endswith("  received\n")
    assert CONTENT not in listed
    shown = motcua.fine("feedback", "show", f" {number.lower()} ").lines()
    assert shown[1:5] == [f"name: {NAME}", f"address: {ADDRESS}", f"phone: {PHONE}", f"content: {CONTENT}"]
    with database.transaction() as tx:
        values = [
            value for name in metadata.tables for found in tx.execute(text(f"SELECT * FROM {name}")) for value in found
        ]
    stored = repr(values).encode() + b"".join(bytes(value) for value in values if isinstance(value, bytes | memoryview))
    for secret in (NAME, ADDRESS, PHONE, CONTENT):
        assert secret.encode() not in stored
        assert repr(secret)[1:-1].encode() not in stored


def test_texts_are_classed_one_a_line_and_nothing_is_kept(motcua: Motcua) -> None:
    lines = ["Tố cáo cán bộ nhận hối lộ", "quy dinh nop ban giay la bat cap", ""]
    told = motcua.fine("feedback", "classify", "--json", stdin="\n".join([*lines, ""])).records()
    assert [one["text"] for one in told] == lines
    assert [(one["kind"], one["clause"]) for one in told] == [
        ("denunciation", None),
        ("regulation", 2),
        ("other", None),
    ]
    alone = motcua.fine("feedback", "classify", "Cán bộ", "gây khó", "--json").records()
    assert alone == [{"text": "Cán bộ gây khó", "kind": "conduct", "clause": 1}]


def test_a_message_that_waits_is_listed_and_hurried(motcua: Motcua, database: Database) -> None:
    now = datetime.now(UTC)
    with database.transaction() as tx:
        lane = accounts.lane_of(database.vault, "telegram", "1")
        account = accounts.add(tx, channel="telegram", address="1", lane=lane, now=now)
        for number, later in enumerate((now + timedelta(days=1), None)):
            row = NewRow(
                f"1:1:{number}", account, "telegram", outbox.NOTICE, Reply(Markup("secret")).to_json(), None, later
            )
            outbox.add(tx, row, now, owner=None, lease_seconds=0)
    assert motcua.fine("outbox", "list", "--state", "queued").lines() == [
        "2  telegram  notice  queued  tries 0",
        "1  telegram  notice  queued  tries 0",
    ]
    assert motcua.fine("outbox", "retry", "1").out == "row 1 is due now\n"
    with database.transaction() as tx:
        due = claims.claim(tx, ["telegram"], Claimer("me", 60, 5), datetime.now(UTC)).rows
        assert [row.id for row in due][:1] == [1]
        outbox.settle(tx, due[0], "me", outbox.FAILED, now, error="too long")
    shown = motcua.fine("outbox", "show", "1")
    assert "state: failed" in shown.lines()
    assert "error: too long" in shown.lines()
    assert "secret" not in shown.out
    motcua.fine("outbox", "retry", "1")
    assert motcua.fine("outbox", "list", "--state", "queued").lines()[-1].endswith("tries 0  too long")
    with database.transaction() as tx:
        due = claims.claim(tx, ["telegram"], Claimer("me", 60, 5), datetime.now(UTC)).rows
        outbox.settle(tx, due[0], "me", "sent", now)
    ran = motcua("outbox", "retry", "1")
    assert ran.code == 1
    assert ran.err.startswith("motcua: row 1 cannot be tried again: ")


def test_what_was_received_and_seen_is_listed_and_all_that_failed_is_sent_again_by_one_command(
    motcua: Motcua, database: Database
) -> None:
    now = datetime(2026, 11, 23, 3, 0, tzinfo=UTC)
    with database.transaction() as tx:
        lane = accounts.lane_of(database.vault, "zalo_oa", "1")
        account = accounts.add(tx, channel="zalo_oa", address="1", lane=lane, now=now)
        for number, state in enumerate(("sent", outbox.FAILED, outbox.FAILED)):
            row = NewRow(f"1:1:{number}", account, "zalo_oa", outbox.NOTICE, Reply(Markup("secret")).to_json())
            outbox.add(tx, row, now, owner=None, lease_seconds=0)
            (due,) = claims.claim(tx, ["zalo_oa"], Claimer("me", 60, 5), now).rows
            outbox.settle(tx, due, "me", state, now, external_id=f"m{number}")
        receipts.note(tx, ["m0"], now, seen=False)
        receipts.note(tx, ["m0"], now + timedelta(minutes=5), seen=True)
    received = "received 2026-11-23 03:00  seen 2026-11-23 03:05"
    assert motcua.fine("outbox", "list", "--state", "sent").lines() == [
        f"1  zalo_oa  notice  sent  tries 1  {received}"
    ]
    assert "seen_at: 2026-11-23 03:05:00+00:00" in motcua.fine("outbox", "show", "1").lines()
    assert motcua.fine("outbox", "retry", "--failed").out == "2 rows are due now\n"
    assert motcua.fine("outbox", "list", "--state", "failed").lines() == []
    assert motcua.fine("outbox", "retry", "--failed").out == "0 rows are due now\n"
    assert motcua("outbox", "retry").code == 2
    assert motcua("outbox", "retry", "1", "--failed").code == 2


def test_feedback_is_answered_by_command_and_exported_without_anything_a_spreadsheet_runs(
    motcua: Motcua, database: Database, tmp_path: Path
) -> None:
    formula = '=HYPERLINK("http://x.example";"bấm") quy định này rườm rà'
    ran = motcua(
        "chat",
        "--json",
        "--as",
        "anna",
        stdin="\n".join(["/tap 1:feedback", formula, NAME, ADDRESS, PHONE, "/tap Gửi"]),
    )
    number = next(reply["text"] for reply in ran.records() if "PAKN-" in reply["text"])
    number = number[number.index("PAKN-") :][:18]
    assert motcua("feedback", "answer", "PAKN-20000101-0001", "x").code == 1
    assert motcua.fine("feedback", "answer", number, "@SUM(1) Chỉ nộp bản điện tử.").out == f"{number}  answered\n"
    refused = motcua("feedback", "answer", number, "lần nữa")
    assert (refused.code, "cannot be answered" in refused.err) == (1, True)
    for name, senders in (("a.csv", []), ("b.csv", ["--senders"])):
        motcua.fine("feedback", "export", "--out", str(tmp_path / name), *senders)
        (row,) = csv.DictReader((tmp_path / name).read_text("utf-8-sig").splitlines())
        assert row["content"] == f"'{formula}"
        assert row["answer"].startswith("'@SUM")
        assert (row.get("sender_name"), row.get("sender_phone")) == ((NAME, PHONE) if senders else (None, None))
    (record,) = motcua.fine("feedback", "export").records()
    assert (record["content"], record["state"]) == (formula, "answered")
    assert "sender_name" not in record
    with database.transaction() as tx:
        done = tx.execute(text("SELECT action, detail FROM audit")).all()
    assert ("feedback_answered", f"{number}, by command") in done


def test_feedback_with_two_photos_takes_eight_lines_in_the_terminal(motcua: Motcua, database: Database) -> None:
    for colour in ("red", "blue"):
        motcua.write(f"{colour}.jpg", photo(colour))
    lines = ["/tap 1:feedback", CONTENT, "/file red.jpg", "/file blue.jpg", NAME, ADDRESS, PHONE, "/tap Gửi"]
    assert len(lines) == 8
    told = motcua.fine("chat", "--json", "--as", "anna", stdin="".join(f"{line}\n" for line in lines)).records()
    assert any("PAKN-" in reply["text"] for reply in told)
    assert any(name.endswith(".docx") for reply in told for name in reply["files"])
    with database.transaction() as tx:
        assert len(tx.execute(text("SELECT name FROM feedback_file")).all()) == 2


def test_the_key_is_changed_by_two_commands_and_everything_is_read_with_the_newer_one_alone(
    motcua: Motcua,
) -> None:
    lines = ["/tap 1:feedback", CONTENT, NAME, ADDRESS, PHONE, "/tap Gửi"]
    told = motcua.fine("chat", "--json", "--as", "anna", stdin="\n".join(lines)).records()
    number = next(reply["text"] for reply in told if "PAKN-" in reply["text"])
    number = number[number.index("PAKN-") :][:18]
    assert "no older key" in motcua("keys", "rotate").err
    made = motcua.fine("keys", "new", "newer").out
    assert 'key_file = "newer", old_key_files = ["var/key"]' in made
    assert motcua("keys", "new", "newer").code == 1, "never written over"
    alone = {"MOTCUA_DATABASE__KEY_FILE": "newer"}
    both = {**alone, "MOTCUA_DATABASE__OLD_KEY_FILES": "var/key"}
    assert NAME in motcua("feedback", "show", number, **both).out
    assert "feedback 1" in motcua("keys", "rotate", **both).lines()[0]
    assert motcua("keys", "rotate", **both).lines()[0] == "encrypted anew: nothing"
    assert NAME in motcua("feedback", "show", number, **alone).out
    assert motcua("feedback", "show", number).err.startswith("motcua: "), "the older key opens nothing any more"
