import pytest
from hypothesis import given
from hypothesis import strategies as st

from knowledge.aspects import Aspect, aspect_of, is_follow_up


@pytest.mark.parametrize(
    ("question", "aspect"),
    [
        ("thu tuc cap giay phep xay dung can giay to gi", Aspect.papers),
        ("hồ sơ gồm những gì vậy em", Aspect.papers),
        ("cần chuẩn bị những gì để xin giấy phép lao động", Aspect.papers),
        ("xin gpxd thi chuan bi j", Aspect.papers),
        ("what documents do we need for a work permit", Aspect.papers),
        ("nộp mấy bộ hồ sơ", Aspect.papers),
        ("gia hạn giấy phép lao động mất bao lâu", Aspect.time),
        ("bn ngay thi xong", Aspect.time),
        ("chừng nào có giấy phép vậy em", Aspect.time),
        ("maasy ngayf thif cos", Aspect.time),
        ("how long does it take", Aspect.time),
        ("phí bao nhiêu", Aspect.fee),
        ("dong bao nhieu tien", Aspect.fee),
        ("lam cai nay het nhiu tien z", Aspect.fee),
        ("how much is it?", Aspect.fee),
        ("nộp ở đâu", Aspect.where),
        ("nộp hồ sơ đăng ký nội quy lao động chỗ nào", Aspect.where),
        ("where do I submit the application", Aspect.where),
        ("nộp online được không", Aspect.online),
        ("nop qua mang dc ko", Aspect.online),
        ("can I apply online", Aspect.online),
        ("gửi bưu điện được không", Aspect.post),
        ("gui chuyen phat nhanh dc hong", Aspect.post),
        ("nộp trực tiếp tại quầy nào", Aspect.counter),
        ("thủ tục này dịch vụ công mức độ mấy", Aspect.level),
        ("kết quả là gì", Aspect.result),
        ("căn cứ pháp lý của thủ tục này", Aspect.legal_basis),
        ("theo luat nao vay", Aspect.legal_basis),
        ("các bước thực hiện", Aspect.steps),
        ("quy trinh gia han the nao", Aspect.steps),
        ("cho xin mẫu đơn", Aspect.form),
        ("đơn theo mẫu số mấy", Aspect.form),
    ],
)
def test_a_question_tells_its_aspect(question: str, aspect: Aspect) -> None:
    assert aspect_of(question) is aspect


@pytest.mark.parametrize("text", ["", "cấp giấy phép xây dựng", "xin chào", "công ty tôi muốn tăng vốn", "???"])
def test_a_text_without_an_aspect_has_none(text: str) -> None:
    assert aspect_of(text) is None


@pytest.mark.parametrize(
    ("question", "aspect"),
    [
        ("thế còn lệ phí?", Aspect.fee),
        ("the con le phi thi sao", Aspect.fee),
        ("bao lâu vậy", Aspect.time),
        ("bao lau vay em oi", Aspect.time),
        ("how much is it?", Aspect.fee),
        ("how long does it take?", Aspect.time),
        ("nộp ở đâu ạ", Aspect.where),
        ("cần giấy tờ gì", Aspect.papers),
        ("vay con giay to thi sao a", Aspect.papers),
        ("gửi bưu điện được không em", Aspect.post),
    ],
)
def test_a_question_that_names_no_procedure_is_a_follow_up(question: str, aspect: Aspect) -> None:
    assert is_follow_up(question) is aspect


@pytest.mark.parametrize(
    "question",
    [
        "gia hạn giấy phép lao động mất bao lâu",
        "phi cap giay phep xay dung bao nhieu",
        "how long does a work permit take",
        "Hiệu đính giấy chứng nhận đầu tư bao lâu có bản mới?",
        "Giãn tiến độ đầu tư được tối đa bao nhiêu tháng?",
        "hieu dinh giay chung nhan dau tu bao lau",
        "chào em",
        "",
    ],
)
def test_a_question_that_names_its_procedure_is_no_follow_up(question: str) -> None:
    assert is_follow_up(question) is None


@given(st.text())
def test_no_text_makes_it_fail(text: str) -> None:
    assert aspect_of(text) is None or is_follow_up(text) in {None, aspect_of(text)}
