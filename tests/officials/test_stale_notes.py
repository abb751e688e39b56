"""Once a month administrators hear what of the catalogue nobody has looked at for long."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from bot.channels.plain import plain_text
from handlers.catalogue import library, stale_notes
from storage import accounts
from storage.accounts import lane_of
from storage.database import Database
from storage.events import Pending
from storage.officials import register as officials
from storage.officials.register import Role
from tests.stories.office import COMPLETE

FIRST_OF_MONTH = datetime(2027, 12, 1, 1, 0, tzinfo=UTC)
EVENT = Pending.__new__(Pending)  # the handler looks at the clock alone


def told(database: Database, now: datetime, months: int = 12) -> list[str]:
    with database.transaction() as tx:
        happenings = stale_notes.look(COMPLETE, months, tx, EVENT, now)
        return [
            plain_text(notice.reply.text)
            for happening in happenings
            for notice in stale_notes.RULES[happening.name](tx, happening, now)
        ]


def prepare(database: Database) -> None:
    """Ship the catalogue and link an administrator and an official."""
    with database.transaction() as tx:
        library.ship(tx, "tien-giang-2020", FIRST_OF_MONTH)
        for role in (Role.ADMINISTRATOR, Role.OFFICIAL):
            lane = lane_of(database.vault, "test", role)
            who = accounts.ensure(tx, channel="test", address=role, lane=lane, now=FIRST_OF_MONTH)
            _, code = officials.invite_new(tx, role, role, FIRST_OF_MONTH, FIRST_OF_MONTH + timedelta(days=1))
            found = officials.open_invite(tx, code, FIRST_OF_MONTH)
            assert found is not None
            assert officials.accept(tx, found, who, FIRST_OF_MONTH)


def test_on_the_first_of_a_month_administrators_hear_what_grew_stale(database: Database) -> None:
    prepare(database)
    (text,) = told(database, FIRST_OF_MONTH)
    assert "quá 12 tháng chưa đối chiếu lại" in text
    assert "(từ 01/06/2026)" in text


def test_it_is_said_once_a_month_and_made_up_for_when_the_bot_was_down_on_the_first(database: Database) -> None:
    prepare(database)
    assert len(told(database, FIRST_OF_MONTH)) == 1
    assert told(database, FIRST_OF_MONTH + timedelta(days=1)) == []
    assert len(told(database, FIRST_OF_MONTH + timedelta(days=35))) == 1


def test_of_a_fresh_catalogue_nothing_is_said(database: Database) -> None:
    prepare(database)
    assert told(database, datetime(2026, 12, 1, 1, 0, tzinfo=UTC)) == []
