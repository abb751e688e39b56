"""What only the owner may see: by the secret on the receipt, or a telephone number that the platform vouches for."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from handlers.dossiers.asking import payload
from knowledge.dossier import DossierRecord, OwnerKind, ReturnWay, Step, Supplement
from knowledge.status import Status
from storage.accounts import by_lane
from storage.database import Database
from storage.dossiers import intake, sources
from storage.dossiers import records as dossiers
from storage.people import erasure as privacy
from tests.stories.chat import COMPLETE, Chat, open_office

CODE = "000.00.15.H58-261102-0007"
OTHER = "H58.15-261102-0007"
SECRET = "4179"
PHONE = "0912 345 678"
RECORD = DossierRecord(
    CODE,
    Status.PROCESSING,
    datetime(2026, 11, 2, 2, 0, tzinfo=UTC),
    "1.009999",
    "Cấp giấy phép xây dựng",
    due_at=datetime(2026, 12, 1, 10, 0, tzinfo=UTC),
    other_code=OTHER,
    owner_kind=OwnerKind.BUSINESS,
    owner_name="Công ty Bí Mật",
    identity="1200000001",
    phone=PHONE,
    secret=SECRET,
    unit="Phòng Quản lý xây dựng",
)
PERSONAL = ("Công ty", "Bí Mật", "1200000001", "912", "giấy phép xây dựng", "Phòng Quản lý", "0001")
UNKNOWN = "000.00.15.H58-261102-0999"
NO_MATCH = "không khớp nhau, hoặc tôi chưa có hồ sơ này"


@pytest.fixture
def office(database: Database) -> Iterator[Chat]:
    """A person who writes to the bot on Telegram; the dossier is known."""
    with open_office(database, channel="telegram") as opened:
        opened.learns(RECORD)
        yield Chat(opened, "100")


def sees_the_details(chat: Chat) -> Chat:
    chat.sees(f"Hồ sơ {CODE}: đang xử lý", "Chủ hồ sơ: C*** t* B* M**", "Thủ tục: Cấp giấy phép xây dựng", "02/11/2026")
    chat.sees("Nơi xử lý: Phòng Quản lý xây dựng", "Quá trình xử lý", OTHER, "Dữ liệu cập nhật đến", "Một cửa điện tử")
    return chat.sees_not("Công ty", "Bí Mật", "1200000001", "912")


def test_a_bare_code_opens_nothing_personal_and_the_secret_opens_it(office: Chat) -> None:
    office.says(CODE).sees("đang xử lý", "Hẹn trả").sees_not(*PERSONAL)
    office.taps("Xem chi tiết").sees("mã bí mật").sees_not(*PERSONAL)
    sees_the_details(office.says(SECRET))


@pytest.mark.parametrize(
    "said",
    [
        f"{CODE}-secretKey={SECRET}",
        f"{CODE} {SECRET}",
        f"/hoso {CODE} {SECRET}",
        f"/tracuu {CODE} {SECRET}",
        f"cho em hỏi hồ sơ {CODE}, mã bí mật {SECRET} với ạ",
        f"{OTHER} mã tra cứu: {SECRET}",
        f"{CODE} secret {SECRET}",
        f"/start {payload(CODE)}__{SECRET}",
        f"https://t.me/mot_cua_bot?start={payload(CODE)}__{SECRET}",
    ],
)
def test_a_code_and_its_secret_in_one_message_open_the_details(office: Chat, said: str) -> None:
    sees_the_details(office.says(said))


def test_a_deep_link_without_a_secret_shows_what_anybody_may_know(office: Chat) -> None:
    office.says(f"/start {payload(CODE)}").sees(f"Hồ sơ {CODE}: đang xử lý").sees_not(*PERSONAL)


def test_a_wrong_secret_and_an_unknown_code_are_told_in_the_same_words(office: Chat) -> None:
    wrong = office.says(f"{CODE} 9999").sees(NO_MATCH).last
    unknown = office.as_person("200").says(f"{UNKNOWN} 9999").sees(NO_MATCH).last
    assert wrong.replace(CODE, "…") == unknown.replace(UNKNOWN, "…")
    assert office.buttons() == ["Tra cứu hồ sơ", "Gặp cán bộ", "Các mục"]


def test_a_slip_in_the_secret_is_put_right_by_sending_it_again(office: Chat) -> None:
    office.says(CODE).taps("Xem chi tiết").says("9999").sees(NO_MATCH, "gửi lại mã bí mật")
    sees_the_details(office.says(SECRET))
    other = office.as_person("102").says(f"{CODE} 9999").sees(NO_MATCH)
    sees_the_details(other.says(SECRET))
    office.as_person("103").says(f"{UNKNOWN} 9999").sees(NO_MATCH).says(SECRET).sees(NO_MATCH)


def test_words_behind_a_code_are_no_secret(office: Chat) -> None:
    for said in (f"{CODE} toi dau roi", f"{CODE} giup em 100 trieu", f"ho so {CODE} nam 2026 a", f"{CODE} 12"):
        office.says(said).sees("đang xử lý").sees_not(NO_MATCH)


def test_a_number_that_telegram_vouches_for_opens_the_dossier_that_holds_it(office: Chat) -> None:
    for person, number in (("101", "84912345678"), ("102", "+84912345678"), ("103", "0912345678")):
        owner = office.as_person(person)
        owner.says(CODE).taps("Xem chi tiết")
        assert owner.heard[-1].asks_phone == "Chia sẻ số điện thoại"
        sees_the_details(owner.shares(number))


def test_another_number_and_one_that_nobody_vouches_for_open_nothing(office: Chat) -> None:
    office.says(CODE).taps("Xem chi tiết").shares("84900000009").sees(NO_MATCH).sees_not(*PERSONAL)
    office.says(CODE).taps("Xem chi tiết").shares(None).sees("do chính anh/chị chia sẻ").sees_not(*PERSONAL)
    office.says(PHONE).sees_not(*PERSONAL, "Chủ hồ sơ")


def test_a_number_that_comes_without_a_dossier_asks_for_the_code(office: Chat) -> None:
    office.shares("84912345678").sees("gửi mã hồ sơ").sees_not(CODE)


def test_where_nobody_vouches_for_numbers_none_is_asked_for(chat: Chat) -> None:
    chat.office.learns(RECORD)
    chat.says(CODE).taps("Xem chi tiết").sees("mã bí mật").sees_not("số điện thoại")
    assert not any(reply.asks_phone for reply in chat.heard)


def test_a_number_shared_on_zalo_opens_a_dossier_only_where_a_setting_says_that_it_is_vouched_for(
    database: Database,
) -> None:
    vouching = replace(COMPLETE, vouching=frozenset({"telegram", "zalo_oa"}))
    for agency, vouched in ((COMPLETE, False), (vouching, True)):
        with open_office(database, agency, ships=False, channel="zalo_oa") as opened:
            opened.learns(RECORD)
            person = Chat(opened, f"z{vouched}")
            person.says(CODE).taps("Xem chi tiết")
            assert bool(person.heard[-1].asks_phone) is vouched
            person.shares("84912345678")
            sees_the_details(person) if vouched else person.sees("do chính anh/chị chia sẻ").sees_not(*PERSONAL)


def test_a_tax_code_is_public_and_opens_nothing(office: Chat) -> None:
    office.says("tra cứu").says("1200000001").sees("Mã số thuế là thông tin công khai").sees_not(CODE)
    office.says(CODE).taps("Xem chi tiết").sees("Mã số thuế là thông tin công khai")
    office.says("1200000001").sees(NO_MATCH).sees_not("Chủ hồ sơ")


def test_who_proved_to_be_the_owner_is_not_asked_again_for_a_while_and_only_for_that_dossier(office: Chat) -> None:
    other = replace(RECORD, code="000.00.15.H58-261102-0008", other_code=None, owner_name="Ai Khác", secret="5555")
    office.office.learns(other)
    office.says(f"{CODE} {SECRET}").says(CODE).taps("Xem chi tiết").sees("Chủ hồ sơ")
    office.says(other.code).taps("Xem chi tiết").sees("mã bí mật").sees_not("Chủ hồ sơ")
    office.says(f"{CODE} {SECRET}").clock.moves(minutes=31)
    office.says(CODE).taps("Xem chi tiết").sees("mã bí mật").sees_not("Chủ hồ sơ")


def test_before_others_nothing_personal_is_asked_or_shown(office: Chat) -> None:
    office.in_group(f"{CODE}-secretKey={SECRET}").sees("đang xử lý").sees_not(*PERSONAL)
    assert "Xem chi tiết" not in office.buttons()
    office.in_group("chi tiết")
    office.says(f"{CODE} {SECRET}").sees("Chủ hồ sơ")
    office.in_group(CODE).sees_not(*PERSONAL)


def test_something_else_at_the_open_question_is_answered_as_what_it_is(office: Chat) -> None:
    office.says(CODE).taps("Xem chi tiết").says("xin giấy phép xây dựng mới mất bao lâu").sees("Thời hạn")
    office.says(SECRET).sees_not("Chủ hồ sơ"), "the secret was no longer asked for"


def test_papers_that_are_missing_a_fee_the_steps_and_the_way_of_the_result_are_told_to_the_owner(office: Chat) -> None:
    supplement = Supplement(
        datetime(2026, 11, 10, 2, tzinfo=UTC), "Bản vẽ mặt bằng", datetime(2026, 11, 27, 10, tzinfo=UTC)
    )
    office.office.learns(replace(RECORD, status=Status.NEED_SUPPLEMENT, supplements=(supplement,)))
    with office.office.database.transaction() as tx:
        step = Step(CODE, datetime(2026, 11, 9, 3, tzinfo=UTC), Status.PROCESSING, "Thẩm định hồ sơ", "Phòng Xây dựng")
        intake.take_in_steps(tx, [step], "Một cửa điện tử", office.clock())
    office.says(CODE).sees("cần bổ sung giấy tờ").sees_not("Bản vẽ", "Thẩm định")
    office.says(f"{CODE} {SECRET}").sees("Giấy tờ cần bổ sung: Bản vẽ mặt bằng", "Hạn bổ sung: 17:00, 27/11/2026")
    office.sees("10:00, 09/11/2026: Thẩm định hồ sơ – Phòng Xây dựng")
    office.clock.moves(hours=1)
    office.office.learns(replace(RECORD, status=Status.NEED_PAYMENT, fee_due=1_250_000))
    office.says(CODE).sees("chờ nộp phí").sees_not("1.250.000")
    office.says(f"{CODE} {SECRET}").sees("Số tiền cần nộp: 1.250.000 đồng")
    office.clock.moves(hours=1)
    ready = replace(RECORD, status=Status.RESULT_READY, finished_at=office.clock(), return_way=ReturnWay.POST)
    office.office.learns(ready)
    office.says(f"{CODE} {SECRET}").sees("trả qua bưu chính")
    office.clock.moves(hours=1)
    office.office.learns(replace(ready, return_way=ReturnWay.COUNTER))
    office.says(f"{CODE} {SECRET}").sees(f"Nhận kết quả tại: {COMPLETE.counter}")


def test_a_fee_is_paid_at_the_official_place_where_that_is_known(database: Database) -> None:
    agency = replace(COMPLETE, payment_url="https://thanhtoan.example.vn")
    with open_office(database, agency) as office:
        office.learns(replace(RECORD, status=Status.NEED_PAYMENT))
        Chat(office, "an").says(CODE).sees("Nơi nộp chính thức: https://thanhtoan.example.vn")
        office.learns(replace(RECORD, status=Status.PROCESSING))
        Chat(office, "an").says(CODE).sees_not("thanhtoan")


def test_a_source_that_is_down_is_said_to_be_down(office: Chat) -> None:
    office.says(CODE).sees_not("không phản hồi")
    with office.office.database.transaction() as tx:
        sources.failed(tx, "Một cửa điện tử", "opencps", "timeout", office.clock())
    office.says(CODE).sees("không phản hồi từ 10:00, 23/11/2026", "Dữ liệu cập nhật đến 10:00, 23/11/2026")


def test_both_codes_lead_to_the_same_dossier(office: Chat) -> None:
    office.says(OTHER).sees(f"Hồ sơ {CODE}: đang xử lý")


def test_erasing_who_proved_to_be_the_owner_reaches_what_the_dossier_says_of_them(office: Chat) -> None:
    office.says(f"{CODE} {SECRET}").sees("Chủ hồ sơ")
    with office.office.database.transaction() as tx:
        account = by_lane(tx, office.office.lane("100"))
        found = dossiers.find(tx, CODE)
        assert account is not None
        assert found is not None
        privacy.erase(tx, account[0].id, office.clock())
        assert dossiers.owner(tx, found.id) == dossiers.Owner(None, None, None)
