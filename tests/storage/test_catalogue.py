"""Editions: kept whole, drafts are not in force, one edition is in force on a day."""

from __future__ import annotations

import threading
from datetime import UTC, date, datetime, timedelta
from typing import Any

from handlers.catalogue.library import Library, of_day, ship
from knowledge.catalogue import load_edition, shipped_editions
from storage import catalogue
from storage.database import Connection, Database

NOW = datetime(2026, 11, 23, 3, 0, tzinfo=UTC)
DAY = date(2026, 11, 23)
EDITION = "tien-giang-2020"


def draft(tx: Connection, name: str, *titles: str) -> None:
    entries: list[tuple[str, dict[str, Any]]] = [
        (f"P{number}", {"title": title}) for number, title in enumerate(titles)
    ]
    catalogue.save_draft(tx, name, {"name": name}, entries, NOW)


def name_in_force(tx: Connection, day: date) -> str | None:
    found = catalogue.in_force(tx, day)
    return None if found is None else catalogue.load(tx, found.id)[0]["name"]


def test_a_draft_is_not_in_force(database: Database) -> None:
    with database.transaction() as tx:
        assert catalogue.is_empty(tx)
        draft(tx, "a", "Một")
        assert not catalogue.is_empty(tx)
        assert catalogue.in_force(tx, DAY) is None


def test_an_edition_comes_back_whole_and_in_order(database: Database) -> None:
    with database.transaction() as tx:
        draft(tx, "a", "Cấp giấy phép", "Ánh", "Bờ")
        assert catalogue.publish(tx, "a", None, None)
        found = catalogue.in_force(tx, DAY)
        assert found is not None
        record, entries = catalogue.load(tx, found.id)
    assert record == {"name": "a"}
    assert [entry["title"] for entry in entries] == ["Cấp giấy phép", "Ánh", "Bờ"]


def test_a_draft_is_replaced_whole(database: Database) -> None:
    with database.transaction() as tx:
        draft(tx, "a", "Một", "Hai", "Ba")
        draft(tx, "a", "Bốn")
        catalogue.publish(tx, "a", None, None)
        found = catalogue.in_force(tx, DAY)
        assert found is not None
        assert catalogue.load(tx, found.id)[1] == [{"title": "Bốn"}]


def test_publishing_what_is_not_there_is_told(database: Database) -> None:
    with database.transaction() as tx:
        assert not catalogue.publish(tx, "none", None, None)


def test_the_edition_with_the_latest_beginning_is_in_force_from_its_first_to_its_last_day(database: Database) -> None:
    expected = {
        date(2020, 6, 16): None,
        date(2020, 6, 17): "old",
        date(2025, 6, 30): "old",
        date(2025, 7, 1): "new",
        date(2025, 12, 31): "new",
        date(2026, 1, 1): "old",
    }
    with database.transaction() as tx:
        draft(tx, "new", "Mới")
        draft(tx, "old", "Cũ")
        catalogue.publish(tx, "new", date(2025, 7, 1), date(2025, 12, 31))
        catalogue.publish(tx, "old", date(2020, 6, 17), None)
        assert {day: name_in_force(tx, day) for day in expected} == expected


def test_an_edition_without_a_beginning_stands_behind_every_other(database: Database) -> None:
    with database.transaction() as tx:
        draft(tx, "dated", "x")
        draft(tx, "undated", "y")
        catalogue.publish(tx, "dated", date(2020, 1, 1), None)
        catalogue.publish(tx, "undated", None, None)
        assert name_in_force(tx, DAY) == "dated"
        assert name_in_force(tx, date(2019, 1, 1)) == "undated"


def test_publishing_again_changes_the_revision(database: Database) -> None:
    with database.transaction() as tx:
        draft(tx, "a", "x")
        catalogue.publish(tx, "a", None, None)
        before = catalogue.in_force(tx, DAY)
        catalogue.publish(tx, "a", None, date(2099, 1, 1))
        after = catalogue.in_force(tx, DAY)
    assert before is not None
    assert after is not None
    assert (after.id, after.revision) == (before.id, before.revision + 1)


def test_what_is_shipped_comes_back_from_the_database_as_it_was(database: Database) -> None:
    with database.transaction() as tx:
        ship(tx, EDITION, NOW)
        shelf = Library().shelf(tx, DAY)
    shipped = load_edition(EDITION)
    assert shelf is not None
    assert shelf.edition.procedures == shipped.procedures
    assert (shelf.edition.name, shelf.edition.title, shelf.edition.note) == (shipped.name, shipped.title, shipped.note)
    assert shelf.edition.effective_from == shipped.effective_from


def test_what_is_shipped_is_loaded_once_even_by_two_at_the_same_time(database: Database) -> None:
    faults: list[BaseException] = []
    together = threading.Barrier(2, timeout=20)

    def load() -> None:
        try:
            together.wait()
            with database.transaction() as tx:
                ship(tx, EDITION, NOW)
        except BaseException as error:
            faults.append(error)

    threads = [threading.Thread(target=load) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert faults == []
    with database.transaction() as tx:
        found = catalogue.in_force(tx, DAY)
        assert found is not None
        assert found.revision == 2
        assert len(catalogue.load(tx, found.id)[1]) == len(load_edition(EDITION).procedures)
        assert EDITION in shipped_editions()


def test_of_two_for_the_same_day_the_one_published_later_is_in_force(database: Database) -> None:
    with database.transaction() as tx:
        draft(tx, "a", "x")
        draft(tx, "b", "y")
        catalogue.publish(tx, "b", DAY, None, NOW)
        catalogue.publish(tx, "a", DAY, None, NOW + timedelta(minutes=1))
        assert name_in_force(tx, DAY) == "a"


def test_a_withdrawn_edition_leaves_its_place_and_keeps_its_entries(database: Database) -> None:
    with database.transaction() as tx:
        draft(tx, "old", "x")
        draft(tx, "new", "y")
        catalogue.publish(tx, "old", date(2020, 1, 1), None, NOW)
        catalogue.publish(tx, "new", date(2026, 1, 1), None, NOW + timedelta(minutes=1))
        last = catalogue.published_last(tx)
        assert last is not None
        assert last.name == "new"
        catalogue.withdraw(tx, last.id)
        assert name_in_force(tx, DAY) == "old"
        draft(tx, "other", "z")
        assert catalogue.load(tx, last.id)[1] == [{"title": "y"}]
        catalogue.publish(tx, "new", DAY, None, NOW)
        assert name_in_force(tx, DAY) == "new"


def test_the_edition_of_a_day_is_that_of_its_time_with_the_days_of_its_publication(database: Database) -> None:
    with database.transaction() as tx:
        ship(tx, EDITION, NOW)
        catalogue.publish(tx, "dong-thap-2026", date(2026, 7, 1), None, NOW)
        then, now = of_day(tx, date(2026, 6, 30)), of_day(tx, DAY)
        assert of_day(tx, date(2019, 1, 1)) is None
    assert then is not None
    assert now is not None
    assert (then.name, now.name) == (EDITION, "dong-thap-2026")
    assert now.effective_from == date(2026, 7, 1)
