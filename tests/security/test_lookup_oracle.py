"""Look-ups are no oracle: what does not exist and what is not proved look the same, and nobody can count dossiers up.

Compared are words, buttons, the number and kind of queries, how many hashes are made, and the time before which the
answer does not leave.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from unittest.mock import patch

import pytest
from sqlalchemy import Select, func, select
from sqlalchemy import event as events

from bot.channels.plain import plain_text
from handlers.agency import LookUps
from handlers.messages import Incoming, Kind, Reply
from storage.accounts import by_lane
from storage.database import Database
from storage.dossiers import look_ups
from storage.officials import register as officials
from storage.officials.register import Role
from storage.people import erasure as privacy
from storage.schema import event, look_up_pace, outbox
from storage.vault import Vault
from tests.stories.chat import COMPLETE, open_office
from tests.stories.office import Office
from tests.stories.test_lookup_proof import CODE, RECORD, SECRET

UNKNOWN = "000.00.15.H58-261102-0999"
FEW = LookUps(person_misses=4, network_misses=12, overall_misses=24, steps=5, pause_seconds=2.0)
AGENCY = replace(COMPLETE, look_ups=FEW)
OWNER = "owner"
DIGEST = Vault.digest


@dataclass(frozen=True)
class Seen:
    """All that somebody can tell of an answer: words, buttons, queries, hashes made, and how long it waits."""

    words: str
    buttons: tuple[str, ...]
    queries: tuple[str, ...]
    hashes: int
    waits: timedelta


@pytest.fixture
def office(database: Database) -> Iterator[Office]:
    """An agency with low limits; one dossier is known."""
    with open_office(database, AGENCY, ships=False, channel="telegram") as opened:
        opened.learns(RECORD)
        yield opened


@contextmanager
def queries(database: Database) -> Iterator[list[str]]:
    """Collect what is asked of the database, without its values."""
    asked: list[str] = []

    def note(_conn: object, _cursor: object, statement: str, *_: object) -> None:
        asked.append(re.sub(r"\s+", " ", statement))

    events.listen(database.engine, "before_cursor_execute", note)
    try:
        yield asked
    finally:
        events.remove(database.engine, "before_cursor_execute", note)


def does(office: Office, person: str, incoming: Incoming) -> Seen:
    """Let a person do something; what they could tell of the answer, with the codes blanked."""
    with queries(office.database) as asked, patch.object(Vault, "digest", autospec=True, side_effect=DIGEST) as hashed:
        sent = office.receives(person, incoming, others=True)
    rows = office.reads(lambda tx: tx.execute(replies_to(office.lane(person))).all())
    at: datetime | None = rows[0].not_before
    replies = sent or [Reply.from_json(row.body) for row in rows]
    words = "\n".join(plain_text(reply.text) for reply in replies).replace(CODE, "…").replace(UNKNOWN, "…")
    buttons = tuple(button.label for reply in replies for row in reply.buttons for button in row)
    waits = timedelta(0) if at is None else at - office.clock()
    return Seen(words, buttons, tuple(asked), hashed.call_count, waits)


def replies_to(lane: str) -> Select[tuple[datetime | None, str]]:
    """Ask for the replies to what was said last in a lane, in order."""
    latest = select(func.max(event.c.id)).where(event.c.lane == lane).scalar_subquery()
    return select(outbox.c.not_before, outbox.c.body).where(outbox.c.event_id == latest, outbox.c.kind == "reply")


def says(office: Office, person: str, text: str, network: str | None = None) -> Seen:
    return does(office, person, Incoming(Kind.TEXT, text, network=network))


def misses(office: Office, person: str, times: int, network: str | None = None) -> None:
    for number in range(times):
        says(office, person, f"000.00.15.H58-2610{number % 28 + 1:02}-0{number % 900 + 100}", network)


def knocks(office: Office, person: str, network: str | None) -> None:
    """Guess at a secret and miss."""
    says(office, person, f"{CODE} 9999", network)


@pytest.mark.parametrize("network", [None, "n1"])
@pytest.mark.parametrize("missed", [0, 1, 2, 3, 4, 7])
def test_an_unknown_code_and_a_wrong_secret_cannot_be_told_apart(
    office: Office, missed: int, network: str | None
) -> None:
    for person in ("wrong", "never"):
        says(office, person, "xin chào", network)
        misses(office, person, missed, network and f"{network}-{person}")
    wrong = says(office, "wrong", f"{CODE} 9999", network and f"{network}-wrong")
    never = says(office, "never", f"{UNKNOWN} 9999", network and f"{network}-never")
    assert wrong == never
    assert "không khớp nhau, hoặc tôi chưa có hồ sơ này" in wrong.words


def test_a_wrong_phone_and_an_unknown_code_cannot_be_told_apart(office: Office) -> None:
    seen = []
    for person, code in (("wrong", CODE), ("never", UNKNOWN)):
        does(office, person, Incoming(Kind.TAP, f"1:more:{code}"))
        seen.append(does(office, person, Incoming(Kind.CONTACT, phone="84900000009")))
    assert seen[0] == seen[1]


@pytest.mark.parametrize("verb", ["more", "follow"])
@pytest.mark.parametrize("missed", [4, 9])
def test_a_forged_button_is_no_way_around(office: Office, verb: str, missed: int) -> None:
    for person in ("known", "never"):
        misses(office, person, missed)
    known = does(office, "known", Incoming(Kind.TAP, f"1:{verb}:{CODE}"))
    never = does(office, "never", Incoming(Kind.TAP, f"1:{verb}:{UNKNOWN}"))
    assert known == never
    assert "đang xử lý" not in known.words


def test_who_misses_is_slowed_down_and_then_asked_for_the_secret_whatever_the_code(office: Office) -> None:
    misses(office, "a", 2)
    assert says(office, "a", CODE).waits == timedelta(0)
    misses(office, "a", 1)
    assert says(office, "a", CODE).waits == timedelta(seconds=2)
    misses(office, "a", 1)
    misses(office, "b", 4)
    known, never = says(office, "a", CODE), says(office, "b", UNKNOWN)
    assert "cần thêm mã bí mật" in known.words
    assert "đang xử lý" not in known.words
    assert (known.words, known.buttons, known.queries) == (never.words, never.buttons, never.queries)


def test_the_answers_of_one_person_wait_for_each_other(office: Office) -> None:
    misses(office, "a", 4)
    waits = [says(office, "a", f"{CODE} {guess}").waits for guess in range(1000, 1012)]
    assert waits == sorted(waits)
    assert waits[-1] > timedelta(minutes=3)
    thousands = sum(2 * number for number in range(5000))
    assert thousands > 86_400, "half of all secrets of four digits take one person weeks"


def test_an_answer_that_waits_is_sent_when_its_time_has_come(office: Office) -> None:
    misses(office, "a", 4)
    before = len(office.channel.sent)
    assert says(office, "a", f"{CODE} {SECRET}").waits > timedelta(0)
    assert len(office.channel.sent) == before
    office.clock.moves(minutes=1)
    assert any("Chủ hồ sơ" in message.reply.text for message in office.delivers())


def test_an_hour_later_all_is_forgotten(office: Office) -> None:
    misses(office, "a", 4)
    office.clock.moves(minutes=61)
    assert "đang xử lý" in says(office, "a", CODE).words


@pytest.mark.parametrize("attackers", [1, 9])
def test_nobody_can_lock_an_owner_out(office: Office, attackers: int) -> None:
    for number in range(36):
        knocks(office, f"attacker {number % attackers}", "their network")
    seen = says(office, OWNER, f"{CODE} {SECRET}", "home")
    assert "Chủ hồ sơ" in seen.words
    assert seen.waits == timedelta(0)
    does(office, OWNER, Incoming(Kind.TAP, "1:menu"))
    says(office, "owner by phone", CODE, "home")
    shared = does(office, "owner by phone", Incoming(Kind.CONTACT, phone="84912345678", network="home"))
    assert "Chủ hồ sơ" in shared.words
    assert shared.waits == timedelta(0)


def test_behind_the_network_of_an_attacker_an_owner_waits_and_comes_in(office: Office) -> None:
    for _ in range(15):
        says(office, "attacker", f"{UNKNOWN} 9999", "office")
    seen = says(office, OWNER, f"{CODE} {SECRET}", "office")
    assert "Chủ hồ sơ" in seen.words
    assert timedelta(0) < seen.waits <= timedelta(minutes=1)
    for _ in range(15):
        knocks(office, "another", "office")
    seen = says(office, "a colleague", f"{CODE} {SECRET}", "office")
    assert "Chủ hồ sơ" in seen.words
    assert seen.waits <= timedelta(minutes=2), "six seconds for each guess at this dossier from this network"


def test_new_sessions_behind_one_network_do_not_guess_at_one_dossier_any_faster(office: Office) -> None:
    waits = [says(office, f"session {n}", f"{CODE} {1000 + n}", "one").waits for n in range(16)]
    assert waits == sorted(waits)
    assert waits[-1] - waits[-11] >= timedelta(minutes=1), "six seconds for each of ten guesses"


def test_when_many_miss_everybody_is_asked_for_the_secret_and_administrators_hear_once(office: Office) -> None:
    admin = administrator(office)
    for number in range(28):
        misses(office, f"p{number}", 1)
    assert "cần thêm mã bí mật" in says(office, "new", CODE).words
    alarms = told(office, admin)
    assert len(alarms) == 1
    assert "rất nhiều lần tra cứu hồ sơ không đúng" in alarms[0]


def test_counting_codes_up_is_stopped_and_administrators_hear_once_a_while(office: Office) -> None:
    admin = administrator(office)
    codes = [f"000.00.15.H58-261102-{number:04}" for number in range(200, 220)]
    office.learns(*(replace(RECORD, code=code, other_code=None) for code in codes))
    seen = [says(office, "counter", code) for code in codes]
    assert "đang xử lý" in seen[4].words
    assert all("cần thêm mã bí mật" in one.words for one in seen[7:])
    (alarm,) = told(office, admin)
    assert "lần lượt nhiều mã hồ sơ liền nhau" in alarm
    assert "một người" in alarm
    assert codes[0] not in alarm
    assert "đang xử lý" in says(office, "somebody else", CODE).words


def test_counting_up_from_many_accounts_is_noticed_too(office: Office) -> None:
    admin = administrator(office)
    for number in range(300, 320):
        says(office, f"p{number}", f"000.00.15.H58-261102-{number:04}")
    assert any("tính chung mọi người" in alarm for alarm in told(office, admin))


def test_many_codes_in_one_message_are_many_look_ups(office: Office) -> None:
    says(office, "a", " ".join(f"000.00.15.H58-2610{day:02}-0100" for day in range(1, 6)))
    assert "cần thêm mã bí mật" in says(office, "a", CODE).words


def test_erasing_oneself_does_not_forget_the_misses(office: Office) -> None:
    misses(office, "a", 4)
    with office.database.transaction() as tx:
        found = by_lane(tx, office.lane("a"))
        assert found is not None
        privacy.erase(tx, found[0].id, office.clock())
    assert "cần thêm mã bí mật" in says(office, "a", CODE).words


def test_what_is_remembered_of_askers_names_nobody_and_goes_after_a_day(office: Office) -> None:
    misses(office, "a", 3, "10.1.2.3")
    rows = office.reads(lambda tx: tx.execute(select(look_up_pace)).all())
    assert len(rows) == 3
    assert not any("10.1.2.3" in str(value) or "261" in str(value) for row in rows for value in (row.asker, row.series))
    office.clock.moves(days=3)
    office.day_begins()
    assert office.reads(lambda tx: tx.execute(select(look_up_pace)).all()) == []


def test_the_operators_own_terminal_is_not_guarded(database: Database) -> None:
    with open_office(database, AGENCY, channel="terminal") as office:
        office.learns(RECORD)
        misses(office, "operator", 12)
        seen = says(office, "operator", CODE)
        assert "đang xử lý" in seen.words
        assert seen.waits == timedelta(0)
        assert office.reads(lambda tx: look_ups.forget(tx, office.clock() + timedelta(days=9))) == 0


def administrator(office: Office) -> str:
    """Let somebody be an administrator; gives their name."""
    says(office, "admin", "xin chào")
    with office.database.transaction() as tx:
        found = by_lane(tx, office.lane("admin"))
        assert found is not None
        _, code = officials.invite_new(tx, Role.ADMINISTRATOR, "A", office.clock(), office.clock() + timedelta(days=1))
        invite = officials.open_invite(tx, code, office.clock())
        assert invite is not None
        officials.accept(tx, invite, found[0].id, office.clock())
    office.channel.sent.clear()
    return "admin"


def told(office: Office, person: str) -> list[str]:
    """List what a person was told."""
    office.delivers()
    return [plain_text(message.reply.text) for message in office.channel.sent if message.address == person]
