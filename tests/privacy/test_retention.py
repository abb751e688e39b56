"""How long each kind is kept is the agency's choice; the nightly purge removes the rest, says what, and compacts."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from bot.settings import load
from handlers import upkeep
from storage import compacting
from storage.columns import PERSONAL
from storage.database import Database
from storage.people import erasure as privacy
from storage.people import retention
from storage.schema import audit, conversation, metadata, unanswered
from tests.officials.board import board
from tests.persons import ANNA, BINH, NOW, fill
from tests.privacy.traces import left


def test_every_column_that_is_kept_for_a_time_is_of_a_kind_that_the_settings_name() -> None:
    aged = {
        table.name
        for table in metadata.sorted_tables
        for column in table.columns
        if (declared := column.info.get(PERSONAL)) is not None and declared.kept
    }
    named = [table for tables in retention.KINDS.values() for table in tables]
    assert set(named) == aged
    assert len(named) == len(set(named))
    assert set(load(None, {}).privacy.kept()) == set(retention.KINDS)


def test_by_default_each_kind_is_kept_as_its_columns_say() -> None:
    kept = retention.by_table(load(None, {}).privacy.kept())
    for table in metadata.sorted_tables:
        for column in table.columns:
            declared = column.info.get(PERSONAL)
            if declared is not None and declared.kept:
                assert kept[table.name] == declared.kept, str(column)


def test_a_kind_is_kept_as_long_as_the_settings_say(database: Database) -> None:
    kept = retention.by_table(load(None, {"MOTCUA_PRIVACY__QUESTIONS_DAYS": "30"}).privacy.kept())
    with database.transaction() as tx:
        for person in (ANNA, BINH):
            fill(tx, person)
        old = NOW + timedelta(days=31)
        assert privacy.overdue(tx, old, kept=kept).keys() >= {"unanswered.text", "dialogue_question.text"}
        assert "checklist.ticked" not in privacy.overdue(tx, old, kept=kept)
        done = privacy.purge(tx, old, kept=kept)
        assert (done["unanswered"], done["dialogue_question"]) == (2, 2)
        assert tx.execute(select(unanswered.c.text)).scalars().all() == [None, None]
        last = tx.execute(select(audit.c.detail).order_by(audit.c.id.desc()).limit(1)).scalar_one()
        assert "unanswered 2" in last


async def test_the_nightly_job_purges_compacts_and_says_what_it_removed(
    engine_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    compacted: list[Database] = []
    whole = compacting.compact

    def noted(given: Database) -> None:
        compacted.append(given)
        whole(given)

    monkeypatch.setattr(compacting, "compact", noted)
    async with board(engine_url, tmp_path, MOTCUA_PRIVACY__CONVERSATIONS_DAYS="10") as office:
        an, other = office.person("người-cũ"), office.person("người-mới")
        await an.says("/phananh")
        await an.says("Quy định để lại vết này quá rườm rà, xin sửa.")
        office.clock.moves(days=11)
        await other.says("/phananh")
        database = office.app.database
        assert left(database, ["để lại vết này"]) != []
        await office.happens(upkeep.PURGE)
        while await office.app.jobs.one():
            await office.app.turns.idle()
        with database.transaction() as tx:
            told = (
                tx.execute(select(audit.c.detail).where(audit.c.action == upkeep.PURGED, audit.c.detail.is_not(None)))
                .scalars()
                .all()
            )
            assert len(tx.execute(select(conversation.c.account_id)).all()) == 1
        assert told == ["conversation: 1"]
        assert compacted == [database]
        assert left(database, ["để lại vết này"]) == []
