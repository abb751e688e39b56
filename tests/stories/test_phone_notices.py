"""Somebody on Zalo is offered notices by phone when they follow a dossier; nobody else is, and nothing is forged."""

from __future__ import annotations

from dataclasses import replace

import pytest

from handlers.conversation import FEEDBACK
from handlers.dossiers import phone_notices
from handlers.messages import Incoming, Kind
from handlers.privacy import personal_data
from knowledge.status import Status
from storage import accounts
from storage.database import Database
from storage.people import notice_phones
from tests.stories.chat import COMPLETE, Chat, open_office
from tests.stories.test_lookup_proof import CODE, RECORD

AGENCY = replace(COMPLETE, phone_notices=True)
ROOMS = (FEEDBACK, phone_notices.ROOM)
OFFER = "Báo qua số điện thoại"


def agreed(chat: Chat) -> str | None:
    found = chat.office.reads(lambda tx: accounts.by_lane(tx, chat.office.lane(chat.name)))
    assert found is not None
    return chat.office.reads(lambda tx: notice_phones.agreed(tx, found[0].id))


def shares(chat: Chat, phone: str | None) -> Chat:
    return chat._does(Incoming(Kind.CONTACT, claimed=phone))


def test_who_follows_a_dossier_on_zalo_is_offered_notices_by_phone_until_they_have_them(database: Database) -> None:
    with open_office(database, AGENCY, ships=False, rooms=ROOMS, channel="zalo_oa") as office:
        office.learns(RECORD)
        an = Chat(office, "an")
        an.says(CODE).taps("🔔 Theo dõi").taps(OFFER).sees("7 ngày", "xoá được")
        assert [reply.asks_phone for reply in an.heard] == ["Chia sẻ số điện thoại"]
        shares(an, None).sees("không đọc được")
        shares(an, "84900000001").sees("001").sees_not("84900000001")
        assert agreed(an) is None
        an.taps("Đồng ý").sees("Đã ghi nhận")
        assert agreed(an) == "84900000001"
        an.says(CODE).taps("Ngừng theo dõi").says(CODE).taps("🔔 Theo dõi")
        assert OFFER not in an.buttons()
        shares(an, "84900000002")
        assert agreed(an) is None, "another number needs another yes"
        an.taps("Không gửi, xoá số").sees("Đã xoá")
        an.presses("1:phoneyes").sees_not("Đã ghi nhận")


def test_a_notice_says_in_values_what_a_template_may_tell(database: Database) -> None:
    with open_office(database, AGENCY, ships=False, rooms=ROOMS, channel="zalo_oa") as office:
        office.learns(RECORD)
        Chat(office, "an").says(CODE).taps("🔔 Theo dõi")
        office.clock.moves(hours=1)
        (sent,) = office.hears(replace(RECORD, status=Status.NEED_SUPPLEMENT, status_at=office.clock()))
        (values,) = sent.reply.by_phone
        assert dict(values).keys() == {"code", "status", "time"}
        assert dict(values)["code"] == CODE
        assert dict(values)["status"] == "cần bổ sung giấy tờ"


@pytest.mark.parametrize(("channel", "on"), [("telegram", True), ("zalo_oa", False)])
def test_elsewhere_and_without_a_template_nothing_is_offered(database: Database, channel: str, on: bool) -> None:
    agency = replace(AGENCY, phone_notices=on)
    with open_office(database, agency, ships=False, rooms=ROOMS, channel=channel) as office:
        office.learns(RECORD)
        an = Chat(office, "an")
        an.says(CODE).taps("🔔 Theo dõi")
        assert OFFER not in an.buttons()
        an.says("/sodienthoai").sees_not("7 ngày")
        shares(an, "84900000001").sees_not("001")
        an.in_group("/sodienthoai")


def test_the_consent_to_notices_by_phone_stands_with_the_others_and_is_taken_back_there(database: Database) -> None:
    rooms = (*ROOMS, personal_data.ROOM)
    with open_office(database, AGENCY, ships=False, rooms=rooms, channel="zalo_oa") as office:
        an = Chat(office, "an")
        an.says("/dulieu").sees("tin hồ sơ qua số điện thoại: chưa đồng ý").taps("Đồng ý: tin qua số điện thoại")
        an.taps(OFFER).sees("7 ngày")
        shares(an, "84900000001").sees("số bị xoá ngay").taps("Đồng ý")
        an.says("/dulieu").sees("tin hồ sơ qua số điện thoại: đồng ý ngày", "số điện thoại nhận thông báo: 1")
        an.taps("Đồng ý: tin qua số điện thoại").taps("Rút đồng ý").sees("Đã rút")
        assert agreed(an) is None
        an.says("/dulieu").sees("tin hồ sơ qua số điện thoại: chưa đồng ý").sees_not("số điện thoại nhận thông báo")
        an.presses("1:consent:phone:yes").sees_not("Đã ghi nhận")
        assert agreed(an) is None, "there is no number to agree to"
