"""Following a dossier: one tap, every change told with what it means, and nothing told to who did not ask for it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from bot.channels.plain import plain_text
from handlers.messages import Incoming, Kind, Reply
from knowledge.dossier import DossierRecord, ReturnWay, Supplement
from knowledge.status import Status
from storage import web_rows
from storage.accounts import by_lane
from storage.database import Database
from storage.people import erasure as privacy
from storage.schema import follow
from tests.stories.chat import COMPLETE, Chat, open_office
from tests.stories.test_lookup_proof import CODE, RECORD, SECRET

LATER = timedelta(hours=1)
AGENCY = replace(COMPLETE, payment_url="https://thanhtoan.example.vn")
STATUSES = {
    Status.SUBMITTED: ("mới đăng ký", "chờ thông báo tiếp nhận", "newly submitted", "wait for the notice"),
    Status.RECEIVED: ("được tiếp nhận", "chưa cần làm gì", "received", "nothing you need to do"),
    Status.REJECTED: ("không được tiếp nhận", "nộp lại", "not accepted", "file again"),
    Status.PROCESSING: ("đang xử lý", "chưa cần làm gì", "in progress", "nothing you need to do"),
    Status.NEED_SUPPLEMENT: ("cần bổ sung giấy tờ", "nộp đủ giấy tờ", "further papers needed", "hand them in"),
    Status.NEED_PAYMENT: ("chờ nộp phí", "https://thanhtoan.example.vn", "waiting for a fee", "thanhtoan.example.vn"),
    Status.WITHDRAWN: ("đã rút", "nộp hồ sơ mới", "withdrawn", "file a new one"),
    Status.STOPPED: ("dừng xử lý", COMPLETE.phone, "stopped", COMPLETE.phone),
    Status.RESULT_READY: ("đã xử lý xong", COMPLETE.counter, "finished", "bring the receipt"),
    Status.RETURNED: ("đã trả kết quả", "không phải làm gì thêm", "result handed over", "nothing more to do"),
}


@pytest.fixture
def an(database: Database) -> Iterator[Chat]:
    """Somebody who writes to the bot; one dossier is known, and the bot knows where fees are paid."""
    with open_office(database, AGENCY, ships=False) as office:
        office.learns(RECORD)
        yield Chat(office, "an")


def told(chat: Chat, *records: DossierRecord) -> dict[str, list[str]]:
    """Let a source tell of dossiers an hour later; what was sent to whom, as it is read."""
    chat.clock.moves(hours=1)
    return by_person(chat.office.hears(*records))


def by_person(sent: list) -> dict[str, list[str]]:  # type: ignore[type-arg]
    heard: dict[str, list[str]] = {}
    for message in sent:
        heard.setdefault(message.address, []).append(plain_text(message.reply.text))
    return heard


def follows(chat: Chat) -> Chat:
    return chat.says(CODE).taps("🔔 Theo dõi").sees("Đã theo dõi hồ sơ", CODE)


@pytest.mark.parametrize("status", [status for status in Status if status is not Status.PROCESSING])
def test_each_status_is_pushed_with_what_it_means_and_what_to_do_in_both_languages(an: Chat, status: Status) -> None:
    vi, step_vi, en, step_en = STATUSES[status]
    binh = an.as_person("binh").says("/en")
    follows(an)
    binh.says(CODE).taps("🔔 Follow")
    heard = told(an, replace(RECORD, status=status, finished_at=an.clock() if status > 8 else None))
    (first,), (second,) = heard["an"], heard["binh"]
    assert all(words in first for words in (CODE, vi, step_vi, "Dữ liệu cập nhật đến 11:00, 23/11/2026")), first
    assert all(words in second for words in (CODE, en, step_en, "Data as of 11:00, 23/11/2026")), second
    assert "Bí Mật" not in first + second


def test_back_in_progress_is_pushed_too(an: Chat) -> None:
    follows(an)
    told(an, replace(RECORD, status=Status.NEED_PAYMENT))
    (said,) = told(an, RECORD)["an"]
    assert "đang xử lý" in said


def test_finished_without_a_finishing_date_is_not_pushed_as_ready(an: Chat) -> None:
    follows(an)
    (said,) = told(an, replace(RECORD, status=Status.RESULT_READY))["an"]
    assert "chưa thấy ngày hoàn thành" in said
    assert "Nhận kết quả" not in said
    assert COMPLETE.phone in said


def test_a_result_that_is_ready_says_how_to_collect_it_by_post_too(an: Chat) -> None:
    follows(an)
    ready = replace(RECORD, status=Status.RESULT_READY, finished_at=an.clock() + LATER, return_way=ReturnWay.POST)
    (said,) = told(an, ready)["an"]
    assert "trả qua bưu chính" in said


def test_only_who_follows_hears_and_only_of_changes(an: Chat) -> None:
    an.as_person("binh").says(CODE)
    follows(an)
    payment = replace(RECORD, status=Status.NEED_PAYMENT)
    assert list(told(an, payment)) == ["an"]
    assert told(an, payment) == {}
    other = replace(RECORD, code="000.00.15.H58-261102-0100", other_code=None)
    assert told(an, other, replace(other, status=Status.STOPPED)) == {}


def test_following_twice_is_following_once_and_stopping_stops(an: Chat) -> None:
    follows(an).presses(f"1:follow:{CODE}")
    assert len(told(an, replace(RECORD, status=Status.NEED_PAYMENT))["an"]) == 1
    an.says(CODE).taps("Ngừng theo dõi").sees("Đã ngừng theo dõi")
    assert told(an, RECORD) == {}
    an.presses(f"1:unfollow:{CODE}").sees("hiện không theo dõi")


def test_the_details_are_pushed_only_to_who_proved_to_be_the_owner(an: Chat) -> None:
    binh = follows(an.as_person("binh"))
    an.says(f"{CODE} {SECRET}").taps("🔔 Theo dõi").sees("có hiệu lực đến 21/02/2027")
    missing = Supplement(an.clock() + LATER, "Bản vẽ mặt bằng", an.clock() + timedelta(days=10))
    heard = told(an, replace(RECORD, status=Status.NEED_SUPPLEMENT, supplements=(missing,)))
    assert "Bản vẽ mặt bằng" in heard["an"][0]
    assert "Bản vẽ" not in heard["binh"][0]
    assert "bấm xem hồ sơ rồi chọn xem chi tiết" in heard["binh"][0]
    heard = told(an, replace(RECORD, status=Status.NEED_PAYMENT, fee_due=300_000))
    assert "300.000 đồng" in heard["an"][0]
    assert "300.000" not in heard["binh"][0]
    assert binh.name == "binh"


def test_a_new_due_date_is_told_and_with_an_apology_when_the_old_one_has_passed(an: Chat) -> None:
    follows(an)
    (said,) = told(an, replace(RECORD, due_at=datetime(2026, 11, 27, 10, tzinfo=UTC)))["an"]
    assert "ngày hẹn trả mới: 17:00, 27/11/2026" in said
    assert "Ngày hẹn trước đây: 17:00, 01/12/2026" in said
    assert "xin lỗi" not in said
    an.clock.moves(days=6)
    (said,) = told(an, replace(RECORD, due_at=datetime(2026, 12, 9, 10, tzinfo=UTC)))["an"]
    assert "đã quá ngày hẹn trước đây, rất xin lỗi" in said
    (said,) = told(an, replace(RECORD, due_at=None))["an"]
    assert "không còn ghi ngày hẹn trả" in said


def test_a_day_past_the_due_date_is_told_once_and_again_when_the_new_date_passes(an: Chat) -> None:
    follows(an)
    an.clock.moves(days=7)
    assert an.office.day_begins() == [], "1 December is the due day itself"
    an.clock.moves(days=2)
    assert an.office.day_begins() == [], "the data is older than the due date, so nothing is certain"
    an.office.learns(RECORD)
    (said,) = by_person(an.office.day_begins())["an"]
    assert "đã quá ngày hẹn trả (17:00, 01/12/2026)" in said
    assert "xin lỗi" in said
    an.clock.moves(days=1)
    assert an.office.day_begins() == []
    told(an, replace(RECORD, due_at=an.clock() + timedelta(days=2)))
    an.clock.moves(days=4)
    an.office.learns(replace(RECORD, due_at=an.clock() - timedelta(days=2)))
    assert len(by_person(an.office.day_begins())["an"]) == 1


def test_the_end_of_a_supplement_is_told_before_it_comes_once(an: Chat) -> None:
    an.says(f"{CODE} {SECRET}").taps("🔔 Theo dõi")
    binh = follows(an.as_person("binh"))
    end = datetime(2026, 12, 3, 10, tzinfo=UTC)
    asked = replace(RECORD, status=Status.NEED_SUPPLEMENT, supplements=(Supplement(an.clock(), "Bản vẽ", end),))
    told(an, asked)
    assert an.office.day_begins() == [], "ten days before"
    an.clock.moves(days=8)
    heard = by_person(an.office.day_begins())
    assert "sắp hết hạn bổ sung giấy tờ: 17:00, 03/12/2026" in heard["an"][0]
    assert "Bản vẽ" in heard["an"][0]
    assert "Bản vẽ" not in heard[binh.name][0]
    an.clock.moves(days=1)
    assert an.office.day_begins() == []


def test_papers_that_came_in_time_are_not_asked_for_again(an: Chat) -> None:
    follows(an)
    end = an.clock() + timedelta(days=2)
    asked = Supplement(an.clock(), "Bản vẽ", end)
    told(an, replace(RECORD, status=Status.NEED_SUPPLEMENT, supplements=(asked,)))
    told(an, replace(RECORD, supplements=(replace(asked, received_at=an.clock()),)))
    assert an.office.day_begins() == []


def test_a_follow_with_details_expires_and_one_tap_renews_it(an: Chat) -> None:
    an.says(f"{CODE} {SECRET}").taps("🔔 Theo dõi").sees("21/02/2027")
    an.clock.moves(days=84)
    an.office.learns(replace(RECORD, due_at=None))
    (notice,) = an.office.day_begins()
    assert "hết hạn ngày 21/02/2027" in plain_text(notice.reply.text)
    assert an.office.day_begins() == []
    an.presses(next(b.action for row in notice.reply.buttons for b in row if b.label == "Gia hạn theo dõi"))
    an.sees("Đã gia hạn", "có hiệu lực đến 16/05/2027")
    an.clock.moves(days=60)
    heard = told(an, replace(RECORD, due_at=None, status=Status.NEED_PAYMENT, fee_due=7_000))
    assert "7.000 đồng" in heard["an"][0]


def test_a_follow_that_expired_tells_nothing_until_it_is_renewed_and_then_nothing_personal(an: Chat) -> None:
    an.says(f"{CODE} {SECRET}").taps("🔔 Theo dõi")
    an.clock.moves(days=91)
    assert an.office.day_begins() == []
    assert told(an, replace(RECORD, due_at=None, status=Status.NEED_PAYMENT, fee_due=7_000)) == {}
    an.says("/hosocuatoi").sees("hết hạn theo dõi").taps(CODE).taps("Gia hạn theo dõi").sees("chỉ báo tình trạng")
    heard = told(an, replace(RECORD, due_at=None, status=Status.STOPPED))
    assert "dừng xử lý" in heard["an"][0]
    an.taps("Hồ sơ của tôi").taps(CODE).taps("Xem chi tiết").sees("mã bí mật").sees_not("Chủ hồ sơ")


def test_my_dossiers_lists_what_is_followed_with_nicknames_and_an_archive_of_what_is_finished(an: Chat) -> None:
    an.says("/hosocuatoi").sees("chưa theo dõi hồ sơ nào")
    other = replace(RECORD, code="000.00.15.H58-261102-0100", other_code=None)
    an.office.learns(other)
    follows(an)
    an.taps("Đặt tên gợi nhớ").sees("gõ tên gợi nhớ").says("nhà   xưởng số 2").sees("nhà xưởng số 2", CODE)
    an.says(other.code).taps("🔔 Theo dõi").taps("Hồ sơ của tôi")
    an.sees("(2)", f"nhà xưởng số 2 ({CODE}): đang xử lý", other.code)
    assert {"nhà xưởng số 2", other.code} <= set(an.buttons())
    assert "nhà xưởng số 2" in told(an, replace(RECORD, status=Status.NEED_PAYMENT))["an"][0]
    told(an, replace(RECORD, status=Status.RETURNED, finished_at=an.clock(), returned_at=an.clock()))
    an.says("hồ sơ của tôi").sees("(1)", other.code).sees_not("nhà xưởng").taps("Hồ sơ đã xong")
    an.sees("(1)", "nhà xưởng số 2", "đã trả kết quả").taps("Hồ sơ của tôi").sees(other.code)
    an.taps(other.code).taps("Ngừng theo dõi").taps("Hồ sơ của tôi").sees("chưa theo dõi hồ sơ nào")


def test_a_dossier_that_is_reopened_leaves_the_archive(an: Chat) -> None:
    follows(an)
    told(an, replace(RECORD, status=Status.WITHDRAWN))
    an.says("/hosocuatoi").sees_not(CODE)
    assert "đang xử lý" in told(an, RECORD)["an"][0]
    an.says("/hosocuatoi").sees(CODE)


def test_a_long_list_has_pages(an: Chat) -> None:
    codes = [f"000.00.15.H58-261102-{number:04}" for number in range(101, 109)]
    an.office.learns(*(replace(RECORD, code=code, other_code=None) for code in codes))
    for code in codes:
        an.presses(f"1:follow:{code}:yes")
    an.says("/hosocuatoi").sees("(8)", codes[7], codes[2]).sees_not(codes[1]).taps("Xem tiếp").sees(codes[0], codes[1])
    an.taps("Trang trước").sees(codes[7])
    an.presses("1:mine:9").sees("Nút này đã cũ")


def test_a_name_that_is_too_long_is_asked_for_again_and_a_code_is_none(an: Chat) -> None:
    follows(an).taps("Đặt tên gợi nhớ").says("x" * 41).sees("tối đa 40 ký tự").says("kho").sees("kho")
    an.taps("Hồ sơ của tôi").taps("kho").taps("Đặt tên gợi nhớ").says(CODE).sees("đang xử lý")


def test_nobody_else_can_touch_or_see_a_follow(an: Chat) -> None:
    follows(an).taps("Đặt tên gợi nhớ").says("nhà máy Bí Mật")
    binh = an.as_person("binh")
    for verb in ("dossier", "nickname"):
        binh.presses(f"1:{verb}:{CODE}").sees("Nút này đã cũ").sees_not("Bí Mật")
    binh.presses(f"1:unfollow:{CODE}").sees("hiện không theo dõi")
    binh.presses(f"1:renew:{CODE}").sees("hiện không theo dõi")
    assert list(told(an, replace(RECORD, status=Status.NEED_PAYMENT))) == ["an"]


def test_a_closed_or_unknown_dossier_is_not_followed_and_a_list_has_an_end(an: Chat) -> None:
    an.office.learns(replace(RECORD, status=Status.WITHDRAWN))
    assert "🔔 Theo dõi" not in an.says(CODE).buttons()
    an.presses(f"1:follow:{CODE}").sees("đã kết thúc")
    an.presses("1:follow:000.00.15.H58-261102-0999").sees("chưa thấy hồ sơ")
    an.presses("1:follow:gibberish").sees("Nút này đã cũ")


def test_in_a_group_statuses_may_be_followed_but_not_the_list_or_the_details(an: Chat) -> None:
    an.in_group(CODE)
    an._does(Incoming(Kind.TAP, f"1:follow:{CODE}", group=True))
    an._does(Incoming(Kind.TEXT, "/hosocuatoi", group=True)).sees("nhắn riêng")
    assert "cần bổ sung" in told(an, replace(RECORD, status=Status.NEED_SUPPLEMENT))["an"][0]


def test_who_is_erased_is_told_nothing_more_and_leaves_no_follow(an: Chat) -> None:
    follows(an)
    with an.office.database.transaction() as tx:
        found = by_lane(tx, an.office.lane("an"))
        assert found is not None
        privacy.erase(tx, found[0].id, an.clock())
        assert tx.execute(follow.select()).all() == []
    assert told(an, replace(RECORD, status=Status.NEED_PAYMENT)) == {}


def test_the_page_cannot_write_first_and_offers_telegram_and_zalo(database: Database) -> None:
    agency = replace(COMPLETE, telegram_url="https://t.me/mot_cua_bot", zalo_url="https://zalo.me/123")
    with open_office(database, agency, channel="web") as office:
        office.learns(RECORD)
        said = on_page(Chat(office, "p"), Incoming(Kind.TAP, f"1:follow:{CODE}"))
        assert "https://t.me/mot_cua_bot?start=HS_000_00_15_H58-261102-0007" in said
        assert "https://zalo.me/123" in said
        assert "Đã theo dõi" not in said
        assert "không giữ danh sách" in on_page(Chat(office, "p"), Incoming(Kind.TEXT, "/hosocuatoi"))
    with open_office(database, COMPLETE, channel="web") as office:
        assert "quay lại đây" in on_page(Chat(office, "p"), Incoming(Kind.TAP, f"1:follow:{CODE}"))


def on_page(chat: Chat, incoming: Incoming) -> str:
    """Do something on the web page, whose rows are fetched; give what it shows last."""
    assert chat.office.receives(chat.name, incoming) == []
    rows = chat.office.reads(lambda tx: web_rows.after(tx, chat.office.lane(chat.name), 0, 100))
    return plain_text(Reply.from_json(rows[-1].body).text)
