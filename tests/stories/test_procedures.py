"""Questions about procedures: the card or the one part asked for, choices, browsing, other bodies' matters."""

from __future__ import annotations

from tests.stories.chat import COMPLETE, Chat, edition

PAPERS = "Giấy tờ cần nộp"
NEW_PERMIT = "Cấp giấy phép xây dựng mới"
CLOSE_CALLS = (  # the search learns: what is close today may be clear tomorrow, but not all of these
    "giấy phép lao động bao lâu",
    "giấy phép xây dựng bao lâu",
    "văn phòng đại diện bao lâu",
    "giấy chứng nhận đăng ký đầu tư bao lâu",
)


def asks_closely(chat: Chat) -> Chat:
    """Ask how long something takes that two or three procedures answer."""
    for question in CLOSE_CALLS:
        if chat.says(question).choices() and "thủ tục nào dưới đây" in chat.last:
            return chat
    raise AssertionError("no question is a close call any more")


def test_a_question_about_one_part_gets_this_part_with_its_standing_and_edition(chat: Chat) -> None:
    chat.says("thu tuc cap giay phep xay dung can giay to gi").sees(NEW_PERMIT, PAPERS, "Đơn đề nghị")
    chat.sees("chưa được kiểm chứng", COMPLETE.phone, "áp dụng từ 17/06/2020")
    chat.taps("Thời hạn").sees("Từ 10 đến 15 ngày", "Nguồn: ", "đối chiếu ngày 01/11/2026")


def test_a_plain_question_gets_the_card(chat: Chat) -> None:
    chat.says("gia hạn giấy phép xây dựng").sees("Gia hạn giấy phép xây dựng", "Thời hạn", "Phí, lệ phí", "Kết quả")
    chat.sees("áp dụng từ 17/06/2020", "chưa kiểm chứng", "nên hỏi lại cán bộ", COMPLETE.phone)


def test_a_follow_up_is_about_what_was_shown_last(chat: Chat) -> None:
    chat.says("gia hạn giấy phép xây dựng").says("thế còn lệ phí?").sees("Gia hạn giấy phép xây dựng", "Phí, lệ phí")
    chat.says("bao lâu vậy ạ").sees("Gia hạn giấy phép xây dựng", "Thời hạn")
    chat.says("cấp lại giấy phép lao động").says("nộp ở đâu").sees("giấy phép lao động", "Nộp ở đâu")


def test_a_follow_up_about_nothing_asks_which_procedure_and_never_loops(chat: Chat) -> None:
    chat.says("còn lệ phí thì sao").sees("về thủ tục nào ạ")
    chat.says("còn lệ phí thì sao").sees("vẫn chưa hiểu", "cán bộ", COMPLETE.phone)


def test_a_close_call_offers_a_few_and_the_tapped_one_keeps_what_was_asked(chat: Chat) -> None:
    asks_closely(chat)
    assert 2 <= len(chat.choices()) <= 3
    chosen = chat.choices()[1]
    chat.taps(chosen).sees("Thời hạn").sees_not("Anh/chị muốn xem phần nào")
    assert chat.topic() == next(entry.id for entry in edition().procedures if entry.short_title == chosen)


def test_a_close_call_is_answered_by_number_or_by_name_too(chat: Chat) -> None:
    asks_closely(chat)
    second = chat.choices()[1]
    by_tap = chat.taps(second).last
    for answer in ("2", " 2. ", "(2)", "2)", second.upper()):
        assert asks_closely(chat).says(answer).last == by_tap


def test_a_follow_up_after_a_choice_is_about_the_choice_and_not_about_what_came_before(chat: Chat) -> None:
    chat.says("đăng ký nội quy lao động").sees("nội quy lao động")
    choices = asks_closely(chat).choices()
    chat.says("còn lệ phí?").sees("thủ tục nào dưới đây").sees_not("nội quy lao động")
    assert chat.choices() == choices
    chat.says("1").sees("Phí, lệ phí").sees_not("nội quy lao động")


def test_browsing_leads_by_field_and_page_to_a_part_and_back(chat: Chat) -> None:
    chat.taps_after("menu", "Xem thủ tục theo lĩnh vực").sees("chọn lĩnh vực")
    chat.taps(next(label for label in chat.buttons() if label.startswith("Đầu tư"))).sees("trang 1/3")
    first_page = chat.buttons()
    chat.taps("Xem tiếp").sees("trang 2/3").taps("Xem tiếp").sees("trang 3/3")
    assert "Xem tiếp" not in chat.buttons()
    chat.taps("Trang trước").taps("Trang trước").sees("trang 1/3")
    assert chat.buttons() == first_page
    chat.taps(first_page[0]).sees("muốn xem phần nào").taps(PAPERS).sees(PAPERS)
    chat.taps("Xem tóm tắt").sees("muốn xem phần nào").taps("Thủ tục cùng lĩnh vực").sees("trang 1/3")
    chat.taps("Quay lại").sees("chọn lĩnh vực").taps("Các mục").sees("cần việc gì")


def test_every_procedure_is_reached_by_browsing_and_no_label_comes_twice_on_a_page(chat: Chat) -> None:
    reached: set[str] = set()
    fields = [button for button in chat.says("/thutuc").offered if ":field:" in button.action]
    for field in fields:
        chat.presses(field.action)
        while True:
            assert len(set(chat.buttons())) == len(chat.buttons())
            reached |= {button.action.split(":")[2] for button in chat.offered if ":show:" in button.action}
            if "Xem tiếp" not in chat.buttons():
                break
            chat.taps("Xem tiếp")
    assert reached == {entry.id for entry in edition().handled()}


def test_every_card_is_shown_in_both_languages(chat: Chat) -> None:
    for language, missing in (("vi", "chưa có thông tin"), ("en", "no information yet")):
        chat.says(f"/{language}")
        for entry in edition().procedures:
            chat.presses(f"1:show:{entry.id}").sees(entry.title if language == "vi" else entry.title_en)
            if entry.kind == "procedure":
                assert (missing in chat.last) == (entry.time is None)


def test_a_matter_of_another_body_is_told_with_the_body(chat: Chat) -> None:
    chat.says("xin cấp C/O form E").sees("không thuộc", "Phòng Quản lý xuất nhập khẩu", "chưa được kiểm chứng")
    chat.sees(COMPLETE.phone, "áp dụng từ 17/06/2020")
    chat.says("đăng ký doanh nghiệp ở đâu").sees("không thuộc", "Sở Kế hoạch và Đầu tư", "Nguồn: ")
    assert chat.office.trail()[-1] == "redirected"


def test_a_follow_up_after_another_bodys_matter_says_nothing_of_the_procedure_before(chat: Chat) -> None:
    chat.says("gia hạn giấy phép xây dựng").says("đăng ký doanh nghiệp ở đâu")
    chat.says("lệ phí bao nhiêu").sees_not("Gia hạn giấy phép xây dựng")


def test_a_part_without_information_says_so_and_whom_to_ask(chat: Chat) -> None:
    chat.says("gia hạn giấy phép xây dựng gồm các bước nào").sees(
        "chưa có thông tin phần này", "cán bộ", COMPLETE.phone
    )


def test_without_a_catalogue_the_bot_leads_to_the_people(bare: Chat) -> None:
    bare.says("giấy phép xây dựng").sees("chưa có danh mục thủ tục", "cán bộ", COMPLETE.phone)
    bare.says("/thutuc").sees("chưa có danh mục thủ tục")
    bare.presses("1:show:XD01").sees("Nút này đã cũ")
    bare.says("giờ làm việc").sees(COMPLETE.hours)
