"""`chat` with lines on standard input: every line has its reply, whatever it holds, and nothing else is said."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any
from unicodedata import normalize

from markupsafe import Markup

from bot.channels.plain import plain_text
from handlers.messages import Reply
from handlers.texts import words
from knowledge.catalogue import load_edition
from storage import accounts
from storage.database import Database
from storage.delivery import outbox
from storage.delivery.outbox import NewRow
from tests.cli.motcua import Motcua, Ran

PERMIT = next(entry for entry in load_edition("tien-giang-2020").procedures if entry.id == "XD01")
HOSTILE = {
    "empty": b"",
    "blank": b" \t ",
    "long": b"giay phep " * 10_000,
    "one long word": b"x" * 100_000,
    "bad UTF-8": b"gi\xe1\xba y ph\xff\xfep",
    "binary": bytes(byte for byte in range(256) if byte != 10),
    "NUL": b"giay\0phep",
    "escape": b"\x1b[2J\x1b]0;title\x07",
    "carriage return": b"giay\rphep",
    "right to left": "\u202egiấy phép\u202c".encode(),
    "emoji": "👷🏗️🇻🇳".encode(),
    "HTML": b"<script>alert(1)</script><b>",
    "Markdown": b"**x** [a](http://b) `c`",
    "SQL": b"'; DROP TABLE dossier; --",
    "unknown command": b"/xyz",
    "bare slash": b"/",
    "stale button": b"/tap 1:show:NONE",
    "forged button": b"/tap 9:drop:dossier",
    "no button": b"/tap",
    "other line end": "giấy\u2028phép\u0085x".encode(),
    "Windows line": b"menu\r",
}


def chat(motcua: Motcua, *lines: str, name: str = "anna") -> list[dict[str, Any]]:
    return motcua.fine("chat", "--json", "--as", name, stdin="".join(f"{line}\n" for line in lines)).records()


def actions(reply: dict[str, Any]) -> Iterator[tuple[str, str]]:
    for row in reply["buttons"]:
        yield from ((button["label"], button["action"]) for button in row)


def is_papers_of_the_permit(reply: dict[str, Any]) -> bool:
    text = reply["text"]
    return PERMIT.title in text and "Giấy tờ cần nộp\n1. " in text and "(2 bản)" in text


def test_a_conversation_goes_by_questions_codes_and_buttons(motcua: Motcua) -> None:
    replies = chat(
        motcua,
        "thu tuc cap giay phep xay dung can giay to gi",
        "/tap Phí, lệ phí",
        "/tap 1:part:XD01:time",
        "1",
        "/tap nonsense",
        "kiem tra ho so ooo.00.15.h58-2oo617-0001 giup em",
    )
    assert len(replies) == 6
    assert [set(reply) for reply in replies] == [{"text", "buttons", "files"}] * 6
    papers, fee, time, first, stale, code = replies
    assert is_papers_of_the_permit(papers)
    assert ("Thời hạn", "1:part:XD01:time") in actions(papers)
    assert "Phí, lệ phí" in fee["text"]
    assert "Thời hạn" in time["text"]
    assert PERMIT.title in first["text"]
    assert first["text"] != time["text"]
    assert said("start.stale") in stale["text"]
    assert dict(actions(stale))
    assert "000.00.15.H58-200617-0001" in code["text"]


def said(key: str) -> str:
    """Give the first line of one of the bot's texts."""
    return plain_text(words("vi")(key)).split("\n")[0]


def test_each_name_has_its_own_conversation_which_goes_on_in_the_next_process(motcua: Motcua) -> None:
    content = "Đường vào khu công nghiệp hư hỏng nặng"
    chat(motcua, "/tap 1:feedback", name="Hồng")
    other = chat(motcua, content, name="bela")
    # The same name, its marks written apart from their letters as some keyboards do, is the same person.
    mine = chat(motcua, content, name=normalize("NFD", "Hồng"))
    assert said("feedback.name") in mine[0]["text"]
    assert said("feedback.name") not in other[0]["text"]


def test_what_waits_for_one_name_is_not_told_to_another(motcua: Motcua, database: Database) -> None:
    now = datetime.now(UTC)
    with database.transaction() as tx:
        lane = accounts.lane_of(database.vault, "terminal", "anna")
        anna = accounts.add(tx, channel="terminal", address="anna", lane=lane, now=now)
        row = NewRow("1:1:0", anna, "terminal", outbox.REPLY, Reply(Markup("for anna alone")).to_json())
        outbox.add(tx, row, now, owner=None, lease_seconds=0)
    assert "for anna alone" not in str(chat(motcua, "menu", name="bela"))
    assert "for anna alone" in str(chat(motcua, "menu", name="anna"))


def test_whatever_a_line_holds_it_is_answered_and_the_next_one_too(motcua: Motcua) -> None:
    ran = motcua.apart().fine(
        "chat", "--json", stdin=b"\n".join([*HOSTILE.values(), b"xin giay phep xay dung can giay to gi"])
    )
    replies = ran.records()
    assert len(replies) == len(HOSTILE) + 1
    assert all(reply["text"].strip() for reply in replies)
    assert is_papers_of_the_permit(replies[-1])
    assert "<b>" not in ran.out


def test_without_input_nothing_is_said(bare: Motcua) -> None:
    assert bare.fine("chat", "--json") == Ran(0, "", "")


def test_files_are_taken_when_they_are_there_and_missing_ones_are_named(bare: Motcua) -> None:
    bare.write("ảnh 1.jpg", b"\xff\xd8")
    there = chat(bare, "/file ảnh 1.jpg")
    assert len(there) == 2  # it is being read, then what was found
    lines = ["/file none.jpg", "/file", "/file .", f"/file {'x' * 100_000}", "/file a\0b", "menu"]
    ran = bare("chat", "--json", stdin="\n".join(lines))
    assert ran.code == 1
    assert len(ran.records()) == 1
    assert ran.err.count("motcua: no such file: ") == 5
    assert "none.jpg" in ran.err
    assert len(ran.err) < 2000


def test_when_nobody_reads_on_the_command_ends_without_a_traceback(bare: Motcua) -> None:
    running = bare.start("chat", "--json")
    assert running.stdin is not None
    assert running.stdout is not None
    assert running.stderr is not None
    running.stdin.write(b"menu\n")
    running.stdin.flush()
    assert running.stdout.readline().startswith(b'{"text"')
    running.stdout.close()
    running.stdin.write(b"menu\n" * 50)
    running.stdin.close()
    assert running.wait(30) == 1
    said = running.stderr.read()
    running.stderr.close()
    assert b"Traceback" not in said
    assert b"Exception ignored" not in said
    assert said.count(b"\n") <= 2


def test_as_text_a_reply_shows_its_buttons_as_numbers(bare: Motcua) -> None:
    shown = bare.fine("chat", stdin="menu\n").out
    assert "  1. Xem thủ tục theo lĩnh vực\n  2. " in shown
    assert "<b>" not in shown


def test_a_name_that_no_account_can_have_is_wrong_usage(bare: Motcua) -> None:
    for name in ("x" * 201, "\udcff"):
        ran = bare("chat", "--as", name)
        assert (ran.code, ran.out) == (2, "")
        assert "at most 200 characters" in ran.err
