"""Feedback in the report, from rows that the register's own functions wrote: the form, the text and the JSON."""

from __future__ import annotations

import random
from datetime import datetime, time, timedelta
from io import BytesIO

from openpyxl import load_workbook

from handlers.documents import tracing, xlsx
from handlers.documents.content import Report, Sentence
from handlers.reports.content import Findings, gather
from handlers.reports.record import record
from knowledge.calendar import Calendar
from knowledge.report_form import shipped_forms
from storage import feedback
from storage.database import Connection, Database
from storage.feedback import ANONYMOUS, Feedback, State
from tests.reports.dossiers import QUARTER, at
from tests.reports.test_documents import BOARD

CALENDAR = Calendar(((time(7), time(17)),))
(FORM,) = (form for form in shipped_forms() if form.subject == "feedback")
DONE = (State.ANSWERED, State.REFUSED, State.FORWARDED, State.WITHDRAWN)
KINDS = {"regulation": 2, "conduct": 1, "both": 1, "other": None}


def found(database: Database) -> Findings:
    with database.snapshot() as tx:
        return gather(tx, QUARTER, CALENDAR)


def sentences(findings: Findings) -> list[str]:
    return [block.text for block in Report(findings, BOARD).body if isinstance(block, Sentence)]


def hand_in(
    tx: Connection,
    number: int,
    when: datetime,
    kind: str = "regulation",
    field: str | None = "Đầu tư",
    sender: str = "person",
) -> Feedback:
    name = f"PAKN-{when:%Y%m%d}-{number:04}"
    given = Feedback(
        name, when, "received", "…", "A", "B", "C", kind=kind, clause=KINDS[kind], field=field, sender_kind=sender
    )
    feedback.add(tx, None, given)
    one = feedback.find(tx, name)
    assert one is not None
    return one


def test_every_class_and_state_stands_in_its_column_of_the_form_the_text_and_the_json(database: Database) -> None:
    with database.transaction() as tx:
        for number, kind in enumerate(KINDS):
            for place, state in enumerate(DONE):  # received and done with in the period
                feedback.move(tx, hand_in(tx, 10 * number + place, at(7, 1), kind), state, at(7, 2 + place))
            for place, state in enumerate((State.SUPPLEMENT, State.ACCEPTED), 5):  # received and still open
                feedback.move(tx, hand_in(tx, 10 * number + place, at(8, 1), kind, "Lao động"), state, at(8, 2))
        carried = hand_in(tx, 1, at(5, 1), "conduct", None)
        feedback.move(tx, carried, State.ACCEPTED, at(5, 2))
        feedback.move(tx, carried, State.ANSWERED, at(6, 15, 0))
        before = hand_in(tx, 2, at(5, 2))
        feedback.move(tx, before, State.ANSWERED, at(6, 14, 23))
        later = hand_in(tx, 3, at(5, 3))
        feedback.move(tx, later, State.ANSWERED, at(9, 15))  # pending at the cut-off, whatever came after it
        again = hand_in(tx, 4, at(7, 4))
        for state, day in ((State.ANSWERED, 5), (State.REOPENED, 6)):
            feedback.move(tx, again, state, at(7, day))
        public = feedback.find(tx, "PAKN-20200701-0000")
        assert public is not None
        feedback.change(tx, public, published_at=at(8, 20))
        hand_in(tx, 90, at(7, 3), sender=ANONYMOUS)
        hand_in(tx, 91, at(9, 20))
    findings = found(database)
    told = record(findings, trace=True)
    counted = told["feedback"]
    expected = {
        "received": 25,
        "tn_tong": 27,
        "tn_hvhc": 7,
        "tn_qdhc": 20,
        "tn_ky_truoc": 2,
        "tn_trong_ky": 25,
        "da_tong": 17,
        "da_hvhc": 5,
        "da_qdhc": 12,
        "dang_tong": 10,
        "dang_hvhc": 2,
        "dang_qdhc": 8,
        "cong_khai": 1,
    }
    assert {key: counted[key] for key in expected} == expected
    assert counted["by_kind"] == {"regulation": 8, "conduct": 7, "both": 6, "other": 6}
    assert {clause: number for clause, number in counted["by_clause"].items() if number} == {
        "khoan_1": 13,
        "khoan_2": 8,
        "none": 6,
    }
    assert [row["linh_vuc"] for row in counted["rows"]] == ["Đầu tư", "Lao động", "Chưa rõ lĩnh vực"]
    assert [row["tn_tong"] for row in counted["rows"]] == [18, 8, 1]
    assert FORM.broken({key: counted[key] for key in expected if key != "received"}) == []
    assert told["trace"]["feedback"]["tn_ky_truoc"] == ["PAKN-20200501-0001", "PAKN-20200503-0003"]
    text = " ".join(sentences(findings))
    assert "Trong kỳ, hệ thống tiếp nhận 25 phản ánh, kiến nghị." in text
    assert "là 27: từ kỳ trước chuyển sang 2, tiếp nhận trong kỳ 25; 7 về hành vi" in text
    assert "8 về quy định hành chính, 7 về hành vi hành chính, 6 về cả hai, 6 về nội dung khác" in text
    assert "Nghị định 20/2008/NĐ-CP: khoản 1: 13; khoản 2: 8; không thuộc khoản nào: 6." in text
    assert "Đã xử lý 5 về hành vi, 12 về quy định; đang xử lý 2 về hành vi, 8 về quy định; đã công khai 1 kết" in text
    listed = load_workbook(BytesIO(xlsx.written(Report(findings, BOARD))))["Danh sách PAKN"]
    assert listed.max_row == 28, "a head and every feedback that counts"
    assert "\nPhản ánh, kiến nghị / Phân loại / cả hai: 6\n  PAKN-20200701-0020\n" in tracing.written(told).decode()


def test_what_was_forwarded_in_one_period_and_answered_in_the_next_is_handled_once(database: Database) -> None:
    with database.transaction() as tx:
        one = hand_in(tx, 1, at(5, 1))
        feedback.move(tx, one, State.FORWARDED, at(5, 20))
        feedback.move(tx, one, State.ANSWERED, at(7, 20))
    assert record(found(database))["feedback"]["tn_tong"] == 0


def test_nothing_in_the_register_is_stated_in_words_and_as_zero_in_every_column(database: Database) -> None:
    with database.transaction() as tx:
        hand_in(tx, 1, at(7, 3), sender=ANONYMOUS)
    findings = found(database)
    counted = record(findings)["feedback"]
    assert {value for key, value in counted.items() if key not in ("by_kind", "by_clause", "rows")} == {0}
    assert "Trong kỳ, cơ quan chưa nhận được phản ánh, kiến nghị nào." in sentences(findings)
    (sheet,) = (sheet for sheet in Report(findings, BOARD).sheets if sheet.form is FORM)
    assert [line.name for line in sheet.lines] == ["Tất cả lĩnh vực", "Tổng cộng"]
    assert set(sheet.lines[0].figures.values()) == {0}


def test_the_figures_are_those_of_another_count_of_any_register(database: Database) -> None:
    chance = random.Random(20200828)
    states: dict[int, list[tuple[datetime, State]]] = {}
    first, open_before, done, open_at_end = QUARTER.start, 0, 0, 0
    with database.transaction() as tx:
        for number in range(150):
            when = at(4, 1) + timedelta(hours=chance.randrange(190 * 24))
            one = hand_in(tx, number, when, chance.choice(list(KINDS)))
            states[number] = []
            for _ in range(chance.randrange(4)):
                when += timedelta(hours=chance.randrange(1, 60 * 24))
                state = chance.choice((*DONE, State.ACCEPTED, State.REOPENED, State.SUPPLEMENT))
                states[number].append((when, state))
                feedback.move(tx, one, state, when)
            received = one.received_at
            if received >= QUARTER.end:
                continue
            was_done = bool([s for s in states[number] if s[0] < first]) and _last(states[number], first) in DONE
            is_done = (
                bool([s for s in states[number] if s[0] < QUARTER.end]) and _last(states[number], QUARTER.end) in DONE
            )
            reopened = any(s not in DONE for w, s in states[number] if first <= w < QUARTER.end)
            if was_done and is_done and not reopened:
                continue
            open_before += received < first
            done += is_done
            open_at_end += not is_done
    told = record(found(database))["feedback"]
    assert (told["tn_ky_truoc"], told["da_tong"], told["dang_tong"]) == (open_before, done, open_at_end)


def _last(states: list[tuple[datetime, State]], until: datetime) -> State:
    return [state for when, state in states if when < until][-1]
