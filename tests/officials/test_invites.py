"""An invite links a chat once, by a press; whoever has none learns nothing."""

from __future__ import annotations

import asyncio
import re
from datetime import timedelta

import pytest
from sqlalchemy import select

from bot.store import Store
from handlers.actions import action
from handlers.conversation import FEEDBACK
from handlers.messages import Incoming, Kind
from handlers.officials import room
from storage import accounts
from storage.accounts import lane_of
from storage.database import Database
from storage.officials import register as officials
from storage.officials.register import Role, plain_code, written
from storage.people import erasure as privacy
from storage.people import presence
from storage.schema import audit, invite, official
from tests.stories.chat import Chat, open_office

ACCEPT = "Liên kết"
SPENT = "không còn dùng được"
MADE_UP = "ABCDEFGHIJKLMNOPQRSTUVWX"


def invited(chat: Chat, role: Role = Role.OFFICIAL, days: int = 3) -> tuple[int, str]:
    with chat.office.database.transaction() as tx:
        now = chat.clock()
        return officials.invite_new(tx, role, "Trần Thị Bình", now, now + timedelta(days=days))


def role_of(chat: Chat) -> Role | None:
    lane = lane_of(chat.office.database.vault, "test", chat.name)
    found = chat.office.reads(lambda tx: accounts.by_lane(tx, lane))
    return None if found is None else chat.office.reads(lambda tx: officials.role_of(tx, found[0].id))


@pytest.mark.parametrize("words", ["/moi {}", "/start moi_{}", "{}", "/MOI  {} ", "/mời {}"])
def test_a_code_or_a_link_shows_a_button_and_the_press_links_the_chat(chat: Chat, words: str) -> None:
    _, code = invited(chat)
    chat.says(words.format(code)).sees("vai trò cán bộ", "Trần Thị Bình")
    assert role_of(chat) is None, "to look at an invite does not use it"
    chat.taps(ACCEPT).sees("Đã liên kết", "xlsx hoặc csv")
    assert role_of(chat) is Role.OFFICIAL
    chat.says("/canbo").sees("Vai trò của anh/chị ở đây: cán bộ")


def test_a_code_is_read_as_people_copy_it(chat: Chat) -> None:
    _, code = invited(chat, Role.LEADER)
    chat.says(f"/moi {written(code).lower()}").taps(ACCEPT).sees("vai trò lãnh đạo").sees_not("xlsx")
    assert role_of(chat) is Role.LEADER


def test_an_invite_used_twice_links_once(chat: Chat) -> None:
    _, code = invited(chat)
    stranger = chat.as_person("binh")
    stranger.says(f"/moi {code}")
    chat.says(f"/moi {code}").taps(ACCEPT)
    stranger.taps(ACCEPT).sees(SPENT)
    assert role_of(stranger) is None
    chat.presses(action("invite", code)).sees(SPENT)
    assert role_of(chat) is Role.OFFICIAL


def test_two_presses_in_the_same_instant_link_one_chat(chat: Chat, database: Database) -> None:
    _, code = invited(chat)
    with database.transaction() as tx:
        lanes = {name: lane_of(database.vault, "test", name) for name in ("one", "two")}
        who = [
            accounts.add(tx, channel="test", address=name, lane=lane, now=chat.clock()) for name, lane in lanes.items()
        ]
        found = officials.open_invite(tx, code, chat.clock())
        assert found is not None
    invite_found = found

    async def race() -> list[bool]:
        store = Store(Database(database.engine.url.render_as_string(hide_password=False), database.vault))
        try:
            return await asyncio.gather(
                *(
                    store.write("race", lambda tx, one=one: officials.accept(tx, invite_found, one, chat.clock()))  # type: ignore[misc]
                    for one in who
                )
            )
        finally:
            await store.close()

    assert sorted(asyncio.run(race())) == [False, True]


def test_an_invite_after_its_end_links_nobody(chat: Chat) -> None:
    _, code = invited(chat, days=1)
    chat.says(f"/moi {code}")
    chat.clock.moves(days=1, minutes=1)
    chat.taps(ACCEPT).sees(SPENT)
    chat.says(f"/moi {code}").sees(SPENT)
    assert role_of(chat) is None


def test_a_revoked_invite_links_nobody_and_a_revoked_official_is_one_no_longer_at_once(chat: Chat) -> None:
    number, code = invited(chat)
    chat.says(f"/moi {code}")
    with chat.office.database.transaction() as tx:
        assert officials.revoke(tx, number, chat.clock())
        assert not officials.revoke(tx, number, chat.clock())
    chat.taps(ACCEPT).sees(SPENT)
    number, code = invited(chat)
    chat.says(f"/moi {code}").taps(ACCEPT)
    with chat.office.database.transaction() as tx:
        officials.revoke(tx, number, chat.clock())
    assert role_of(chat) is None
    chat.says("/canbo").sees("không có lệnh này")


@pytest.mark.parametrize("command", ["/canbo", "/moi", f"/moi {MADE_UP}", "/moi x", "/cánbộ"])
def test_a_stranger_who_tries_officials_commands_gets_the_answer_to_an_unknown_one(chat: Chat, command: str) -> None:
    unknown = chat.says("/xyz").heard
    assert chat.says(command).heard == unknown
    assert chat.office.trail()[-2:] == ["unknown_command", "unknown_command"]


@pytest.mark.parametrize(
    "pressed",
    [
        ("invite", MADE_UP),
        ("invitenew", "official", "x"),
        ("revoke", "1", "yes"),
        ("invite", MADE_UP, "x"),
        ("invite",),
        ("staff",),
        ("staff", "x"),
    ],
)
def test_a_button_that_a_stranger_forges_is_like_any_that_nobody_made(chat: Chat, pressed: tuple[str, ...]) -> None:
    stale = chat.presses(action("nonsense")).heard
    assert chat.presses(action(*pressed)).heard == stale


def test_a_link_that_was_made_up_is_an_ordinary_greeting_and_a_text_an_ordinary_question(chat: Chat) -> None:
    greeted = chat.says("/start").heard
    assert chat.says(f"/start moi_{MADE_UP}").heard == greeted
    chat.says(MADE_UP).sees_not("mã mời", "vai trò")


def test_before_others_nobody_is_linked(chat: Chat) -> None:
    _, code = invited(chat)
    office = chat.office
    (shown,) = office.receives("an", Incoming(Kind.TEXT, f"/moi {code}", group=True))
    assert not shown.buttons
    office.receives("an", Incoming(Kind.TAP, action("invite", code), group=True))
    assert role_of(chat) is None
    chat.says(f"/moi {code}").taps(ACCEPT)
    (unknown,) = office.receives("an", Incoming(Kind.TEXT, "/canbo", group=True))
    assert "không có lệnh này" in unknown.text


def test_a_new_role_takes_the_place_of_the_old_one(chat: Chat) -> None:
    first, code = invited(chat)
    chat.says(f"/moi {code}").taps(ACCEPT)
    _, code = invited(chat, Role.ADMINISTRATOR)
    chat.says(f"/moi {code}").taps(ACCEPT).sees("vai trò quản trị")
    assert role_of(chat) is Role.ADMINISTRATOR
    with chat.office.database.transaction() as tx:
        ended = tx.execute(select(official.c.revoked_at).where(official.c.id == first)).scalar_one()
    assert ended == chat.clock()


def test_linking_leaves_a_line_that_a_person_can_read_and_the_code_stands_nowhere(chat: Chat) -> None:
    number, code = invited(chat)
    chat.says(f"/moi {code}").taps(ACCEPT)
    with chat.office.database.transaction() as tx:
        line = tx.execute(select(audit.c.action, audit.c.detail).order_by(audit.c.id.desc()).limit(1)).one()
        assert line == ("official_linked", f"official {number}, official")
        assert code not in str(tx.execute(select(invite)).all())


def test_a_person_who_is_erased_is_no_official_any_more(chat: Chat) -> None:
    _, code = invited(chat)
    chat.says(f"/moi {code}").taps(ACCEPT)
    with chat.office.database.transaction() as tx:
        (one,) = officials.reached(tx, [Role.OFFICIAL])
        assert officials.reached(tx, [Role.LEADER]) == []
        privacy.erase(tx, one, chat.clock())
        ((left, channel, _),) = officials.listed(tx)
        assert (left.name, left.account_id, channel) == (None, None, None)
        assert officials.reached(tx, [Role.OFFICIAL]) == []


def test_who_cannot_be_reached_is_not_told_anything(chat: Chat) -> None:
    _, code = invited(chat)
    chat.says(f"/moi {code}").taps(ACCEPT)
    with chat.office.database.transaction() as tx:
        (one,) = officials.reached(tx, [Role.OFFICIAL])
        accounts.close(tx, one, chat.clock())
        assert officials.reached(tx, [Role.OFFICIAL]) == []


def test_a_slip_of_the_finger_is_no_code_of_ours(chat: Chat) -> None:
    _, code = invited(chat)
    slips = {code[:place] + ("A" if code[place] != "A" else "B") + code[place + 1 :] for place in range(len(code))}
    with chat.office.database.transaction() as tx:
        assert officials.is_ours(tx, code)
        assert not any(officials.is_ours(tx, slip) for slip in slips)
        assert not officials.is_ours(tx, code[:-1])
        assert not officials.is_ours(tx, "")
    assert plain_code(written(code)) == code


def test_an_administrator_makes_an_invite_in_chat_and_revokes_in_chat(chat: Chat) -> None:
    _, code = invited(chat, Role.ADMINISTRATOR)
    chat.says(f"/moi {code}").taps(ACCEPT)
    chat.says("/moi").sees("họ tên người được mời")
    chat.says("/moi Lê Văn: Cường").sees("Lê Văn Cường giữ vai trò gì").taps("lãnh đạo").sees(
        "lãnh đạo", "dùng một lần"
    )
    made = re.search(r"(?:[A-Z2-7]{6}-){3}[A-Z2-7]{6}", chat.last)
    assert made is not None
    cuong = chat.as_person("cuong")
    cuong.says(made[0]).sees("Lê Văn Cường").taps(ACCEPT)
    assert role_of(cuong) is Role.LEADER
    chat.says("/thuhoi").taps("2. Lê Văn Cường (lãnh đạo)").sees("Thu hồi quyền của 2. Lê Văn Cường").taps("Thu hồi")
    assert role_of(cuong) is None
    assert role_of(chat) is Role.ADMINISTRATOR
    assert chat.office.trail().count("official_revoked") == 1


def test_a_group_is_linked_by_an_invite_for_a_group_and_by_no_other(chat: Chat) -> None:
    office = chat.office
    _, code = invited(chat, Role.GROUP)
    chat.says(f"/moi {code}").sees("Mã này dành cho nhóm")
    (shown,) = office.receives("nhóm", Incoming(Kind.TEXT, f"/moi {code}", group=True))
    assert shown.buttons[0][0].label == ACCEPT
    (linked,) = office.receives("nhóm", Incoming(Kind.TAP, shown.buttons[0][0].action, group=True))
    assert "Tin về hồ sơ sẽ đến đây" in linked.text
    group = chat.as_person("nhóm")
    assert role_of(group) is Role.GROUP
    (again,) = office.receives("nhóm 2", Incoming(Kind.TAP, shown.buttons[0][0].action, group=True))
    assert "không còn dùng được" in again.text


def test_a_group_that_became_a_supergroup_is_still_linked_also_where_somebody_wrote_there_first(chat: Chat) -> None:
    office = chat.office
    _, code = invited(chat, Role.GROUP)
    office.receives("nhóm", Incoming(Kind.TAP, action("invite", code), group=True))
    for old, new in (("nhóm", "nhóm lớn"), ("nhóm lớn", "nhóm mới")):
        if new == "nhóm mới":
            office.receives(new, Incoming(Kind.TEXT, "xin chào", group=True))
        with office.database.transaction() as tx:
            presence.move(tx, office.lane(old), new, office.lane(new), chat.clock())
        assert role_of(chat.as_person(new)) is Role.GROUP, new


def test_on_the_public_official_account_nobody_is_linked(database: Database) -> None:
    with open_office(database, rooms=(FEEDBACK, room.ROOM), channel="zalo_oa") as office:
        chat = Chat(office, "an")
        _, code = invited(chat)
        chat.says(f"/moi {code}").sees("dành cho người dân")
        assert ACCEPT not in chat.buttons()
        chat.presses(action("invite", code)).sees("không còn dùng được")
        with database.transaction() as tx:
            assert officials.open_invite(tx, code, chat.clock()) is not None
