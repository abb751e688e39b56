"""News of no dossier go the same way: feedback, a silent source, what failed, a person asked for – rules and wishes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select

from handlers.feedback import notices as feedback_notices
from handlers.handover import notices as handover_notices
from handlers.handover import relay
from handlers.intake import freshness
from handlers.messages import Happening
from handlers.notices import Rules, decide, together
from handlers.officials import channel_alarms, digests
from handlers.officials.news import worded
from handlers.officials.telling import SETTLE
from handlers.texts import words
from knowledge.duties import News, Rule
from storage import accounts, feedback, handovers
from storage.accounts import lane_of
from storage.database import Connection, Database
from storage.dossiers import sources
from storage.handovers import Line
from storage.officials import duty, roster, scopes
from storage.officials import register as officials
from storage.officials.register import Role
from storage.schema import duty_notice
from tests.stories.office import COMPLETE

OPEN = datetime(2026, 11, 23, 3, tzinfo=UTC)  # Monday, 10:00
CLOSED = datetime(2026, 11, 23, 12, tzinfo=UTC)  # Monday, 19:00; Tuesday is a holiday
WEDNESDAY = datetime(2026, 11, 25, tzinfo=UTC)  # 7:00, the next opening
CREW = {"an": Role.OFFICIAL, "binh": Role.OFFICIAL, "chi": Role.LEADER, "dung": Role.DESK, "quan": Role.ADMINISTRATOR}
RULES: Rules = together(
    feedback_notices.rules(COMPLETE),
    freshness.rules(COMPLETE),
    channel_alarms.rules(COMPLETE),
    handover_notices.rules(COMPLETE),
)
NUMBER, SOURCE = "PAKN-20261123-0001", "một cửa"


@dataclass
class Cast:
    """Who is there, by name: the official and the account."""

    numbers: dict[str, int]
    chats: dict[int, str]


def cast(tx: Connection, database: Database) -> Cast:
    """Everybody of the crew, An of building; somebody who handed in feedback on it and asks for a person."""
    found = Cast({}, {})
    for name, role in CREW.items():
        number, code = officials.invite_new(tx, role, name, OPEN, OPEN + timedelta(days=1))
        account = account_of(tx, database, name)
        invite = officials.open_invite(tx, code, OPEN)
        assert invite is not None
        assert officials.accept(tx, invite, account, OPEN)
        found.numbers[name], found.chats[account] = number, name
    scopes.assign(tx, found.numbers["an"], ["xay dung"], [])
    return found


def account_of(tx: Connection, database: Database, name: str) -> int:
    lane = lane_of(database.vault, "test", name)
    return accounts.ensure(tx, channel="test", address=name, lane=lane, now=OPEN)


def happening(tx: Connection, database: Database, news: News, now: datetime, field: str | None) -> Happening:
    """Let it be so, and say what happened."""
    asker = account_of(tx, database, "người dân")
    match news:
        case News.FEEDBACK:
            given = feedback.Feedback(NUMBER, now, "received", "x", None, None, None, "conduct", field=field)
            feedback.add(tx, asker, given)
            return Happening("feedback_received", {"number": NUMBER})
        case News.SILENT:
            sources.heard(tx, SOURCE, "push", OPEN - timedelta(days=3), OPEN)
            return Happening(freshness.SILENT, {"source": SOURCE, "since": OPEN - timedelta(days=3)})
        case News.FAILED:
            return Happening(channel_alarms.DEAD, {"channel": "telegram", "hour": "2026-11-23T10"})
    handovers.begin(tx, asker, now, console=False)
    found = handovers.open_of(tx, asker)
    assert found is not None
    return Happening(relay.SAID, {"handover": found.id, "line": Line("Tôi cần hỏi"), "inward": True})


def heard(found: Cast, tx: Connection, what: Happening, now: datetime) -> list[str]:
    """Name who is sent something at once."""
    return sorted(found.chats[one.account_id] for one in decide(RULES, tx, [what], now))


def waiting(found: Cast, tx: Connection) -> dict[str, datetime]:
    """Name who hears later, and when."""
    rows = tx.execute(select(duty_notice.c.official_id, duty_notice.c.digest_at).where(duty_notice.c.told_at.is_(None)))
    names = {number: name for name, number in found.numbers.items()}
    return {names[row.official_id]: row.digest_at for row in rows}


@pytest.mark.parametrize(
    ("news", "field", "on_duty", "rules", "told"),
    [
        (News.FEEDBACK, "Xây dựng", None, (), ["an"]),
        (News.FEEDBACK, None, None, (), ["an", "binh"]),
        (News.FEEDBACK, None, "binh", (), ["binh"]),
        (News.FEEDBACK, None, "dung", (), ["an", "binh"]),  # the counter handles none
        (News.FEEDBACK, None, None, (Rule(("role:leader",), ("feedback",)),), ["chi"]),
        (News.FEEDBACK, None, None, (Rule(("role:leader",), ("new",)),), ["an", "binh"]),
        (News.SILENT, None, None, (), ["an", "binh", "quan"]),
        (News.SILENT, None, None, (Rule(("role:administrator",), ("silent",)),), ["quan"]),
        (News.FAILED, None, None, (), ["quan"]),
        (News.FAILED, None, None, (Rule(("role:leader",), ("failed",)),), ["chi"]),
        (News.HANDOVER, None, None, (), ["an", "binh", "dung"]),
        (News.HANDOVER, None, "binh", (), ["binh"]),
        (News.HANDOVER, None, None, (Rule(("role:desk",), ("handover",)),), ["dung"]),
        (News.HANDOVER, None, None, (Rule(("role:group",), ("handover",)),), ["an", "binh", "dung"]),
    ],
)
def test_rules_field_and_roster_lead_every_kind_of_news(
    database: Database, news: News, field: str | None, on_duty: str | None, rules: Sequence[Rule], told: list[str]
) -> None:
    with database.transaction() as tx:
        found = cast(tx, database)
        duty.set_rules(tx, rules)
        if on_duty is not None:
            roster.rotate(tx, OPEN.date(), [found.numbers[on_duty]])
        what = happening(tx, database, news, OPEN, field)
        assert heard(found, tx, what, OPEN) == told
        if news is not News.HANDOVER:  # there each message goes on
            assert heard(found, tx, what, OPEN) == [], "the same again"
        assert waiting(found, tx) == {}


@pytest.mark.parametrize("news", [News.FEEDBACK, News.SILENT, News.FAILED])
@pytest.mark.parametrize(
    ("how", "now", "at"),
    [
        (duty.HOURS, OPEN, None),
        (duty.HOURS, CLOSED, WEDNESDAY),
        (duty.NOW, CLOSED, None),
        (duty.DIGEST, OPEN, datetime(2026, 11, 23, 6, 30, tzinfo=UTC)),
        (duty.DIGEST, CLOSED, datetime(2026, 11, 25, 0, 30, tzinfo=UTC)),
    ],
)
def test_each_kind_comes_at_once_in_office_hours_or_with_the_digest_as_its_hearer_chose(
    database: Database, news: News, how: str, now: datetime, at: datetime | None
) -> None:
    with database.transaction() as tx:
        found = cast(tx, database)
        who = "an" if news is News.FEEDBACK else "quan"
        duty.set_rules(tx, [Rule((f"official:{found.numbers[who]}",), (str(news),))])
        duty.wish(tx, found.numbers[who], news, how)
        what = happening(tx, database, news, now, "Xây dựng")
        assert heard(found, tx, what, now) == ([who] if at is None else [])
        assert waiting(found, tx) == ({} if at is None else {who: at})
        if at is not None:
            assert duty.ready(tx, at, SETTLE, SETTLE) == [found.numbers[who]]
            (one,) = duty.take_waiting(tx, found.numbers[who], at)
            assert worded(COMPLETE, tx, words("vi"), one.subject, one.mark, at) is not None


def test_whoever_chose_digests_reads_no_conversation_unless_everybody_did(database: Database) -> None:
    with database.transaction() as tx:
        found = cast(tx, database)
        duty.wish(tx, found.numbers["an"], News.HANDOVER, duty.DIGEST)
        what = happening(tx, database, News.HANDOVER, OPEN, None)
        assert heard(found, tx, what, OPEN) == ["binh", "dung"]
        assert heard(found, tx, what, OPEN) == ["binh", "dung"], "each message goes on"
        assert list(waiting(found, tx)) == ["an"], "and is news once"
        for name in ("binh", "dung"):
            duty.wish(tx, found.numbers[name], News.HANDOVER, duty.DIGEST)
        assert heard(found, tx, what, OPEN) == ["an", "binh", "dung"], "nobody waits in vain"


def test_what_is_settled_before_the_digest_is_told_no_more(database: Database) -> None:
    with database.transaction() as tx:
        found = cast(tx, database)
        quan = found.numbers["quan"]
        for news in (News.SILENT, News.FEEDBACK):
            duty.wish(tx, quan, news, duty.DIGEST)
        duty.set_rules(tx, [Rule((f"official:{quan}",))])
        for news in (News.SILENT, News.FEEDBACK):
            assert heard(found, tx, happening(tx, database, news, OPEN, None), OPEN) == []
        sources.heard(tx, SOURCE, "push", OPEN, OPEN)
        later = OPEN + timedelta(hours=5)
        waits = [(one.news, one.subject, one.mark, one.dossier_id) for one in duty.take_waiting(tx, quan, later)]
        assert [one[0] for one in waits] == ["silent", "feedback"]
        order = {"official": quan, "account": 1, "items": waits}
        assert digests.gathered(COMPLETE, tx, order, later)["counts"] == {"feedback": 1}
