"""What officials and senders do with a feedback once it is there: every step, in chat and by command, and its trail."""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import select

from storage import feedback
from storage.officials.register import Role
from storage.schema import audit
from tests.feedback.test_pakn import ADDRESS, CONTENT, NAME, PHONE, hand_in, read
from tests.officials.board import Board, Person, board

CONDUCT = "Cán bộ quầy tiếp nhận hách dịch, bắt tôi chờ cả buổi sáng rồi đuổi về."
REASON = "Nội dung là tranh chấp dân sự, không thuộc Điều 1 Nghị định 20/2008/NĐ-CP."


async def gives(person: Person, content: str) -> str:
    """Hand one in without files; gives the number."""
    await person.says("/phananh")
    for answer in (content, NAME, ADDRESS, PHONE):
        await person.says(answer)
    told = await person.presses("Gửi")
    return told[told.index("PAKN-") :][:18]


def trail(office: Board) -> list[str]:
    with office.app.database.transaction() as tx:
        return [f"{action} {detail or ''}" for action, detail in tx.execute(select(audit.c.action, audit.c.detail))]


def states(office: Board, number: str) -> list[str]:
    one = read(office, number)
    with office.app.database.transaction() as tx:
        return [step.state for step in feedback.steps(tx, one)]


async def test_it_is_accepted_refused_with_its_reason_or_forwarded_with_the_letters_number(
    engine_url: str, tmp_path: Path
) -> None:
    async with board(engine_url, tmp_path) as office:
        an, official = office.person("an"), office.person("cán bộ")
        await official.becomes(Role.OFFICIAL)
        first = await gives(an, CONTENT)
        second = await gives(an, CONDUCT)
        await official.taps(f"1:fb:show:{first}")
        assert "đang xử lý" in await official.presses("Tiếp nhận xử lý")
        await official.taps(f"1:fb:show:{first}")
        assert "căn cứ pháp lý" in await official.presses("Từ chối")
        assert "không tiếp nhận" in await official.says(REASON)
        await official.taps(f"1:fb:show:{second}")
        await official.presses("Chuyển cơ quan khác")
        assert "dấu chấm phẩy" in await official.says("Sở Xây dựng"), "without the letter's number it is asked again"
        assert "đã chuyển" in await official.says("Sở Xây dựng; 12/BQL-VP")
        await office.settle()
        told = office.told("an")
        assert f"Lý do: {REASON}" in told
        assert "Đã chuyển đến: Sở Xây dựng, theo văn bản số 12/BQL-VP." in told
        assert states(office, first) == ["accepted", "refused"]
        assert (read(office, second).forwarded_to, read(office, second).letter) == ("Sở Xây dựng", "12/BQL-VP")
        for line in (f"feedback_accepted {first}", f"feedback_refused {first}", f"feedback_forwarded {second}"):
            assert any(one.startswith(line) for one in trail(office)), line
        assert not any(REASON in one or CONTENT in one for one in trail(office)), "the trail holds no content"


async def test_the_inbox_is_filtered_by_state_class_field_and_age(engine_url: str, tmp_path: Path) -> None:
    async with board(engine_url, tmp_path) as office:
        an, official = office.person("an"), office.person("cán bộ")
        await official.becomes(Role.OFFICIAL)
        old = await gives(an, CONTENT)
        office.clock.moves(days=11)
        new = await gives(an, CONDUCT)
        await official.taps(f"1:fb:accept:{new}")
        field = read(office, old).field
        assert field, "the field was proposed from the procedure"
        for words, shown in {
            "": {old, new},
            "đã nhận": {old},
            "đang xử lý": {new},
            "hành vi": {new},
            "quy định": {old},
            "quy định và hành vi": set(),
            field: {old},
            "hơn 10 ngày": {old},
            "hơn 30 ngày": set(),
        }.items():
            told = await official.says(f"/pakn {words}".strip())
            assert {number for number in (old, new) if number in told} == shown, words


async def test_the_sender_lists_withdraws_and_is_told_the_state_by_number(engine_url: str, tmp_path: Path) -> None:
    async with board(engine_url, tmp_path) as office:
        an, official = office.person("an"), office.person("cán bộ")
        await official.becomes(Role.OFFICIAL)
        number = await hand_in(an)
        await an.says("/phananhcuatoi")
        assert "đã nhận" in await an.presses(f"{number}: đã nhận")
        assert "đã nhận" in await an.says(f"{number[:4].lower()} {number[5:]}"), "typed as people type it"
        assert number in await an.presses("Rút phản ánh")
        assert "đã nhận" in await an.presses("Không rút")
        await an.presses("Rút phản ánh")
        await an.presses("Đồng ý rút")
        assert read(office, number).state == "withdrawn"
        assert "đã rút" in await an.says(number)
        assert any(number in line for line in trail(office) if line.startswith("feedback_withdrawn"))
        for done in ("accept", "answer", "refuse", "forward", "more"):
            await official.taps(f"1:fb:{done}:{number}")
        assert states(office, number) == ["withdrawn"], "nothing is done with what was taken back"
        await office.settle()
        assert number in office.told("cán bộ")


async def test_class_field_and_procedure_are_changed_in_the_review(engine_url: str, tmp_path: Path) -> None:
    async with board(engine_url, tmp_path) as office:
        an = office.person("an")
        await an.says("/phananh")
        for answer in (CONTENT, NAME, ADDRESS, PHONE):
            review = await an.says(answer)
        assert "Quy định không phù hợp thực tế" in review
        await an.taps("1:form:feedback:edit:class")
        assert "Cả quy định và hành vi" in await an.presses("Cả quy định và hành vi")
        await an.taps("1:form:feedback:edit:procedure")
        assert "Gia hạn giấy phép xây dựng" in await an.says("gia hạn giấy phép xây dựng")
        await an.taps("1:form:feedback:edit:field")
        shown = [button.label for row in an.heard[-1].reply.buttons for button in row]
        field = next(label for label in shown if label.startswith("Lao động"))
        await an.presses(field)
        number = (await an.presses("Gửi"))[-400:]
        one = read(office, number[number.index("PAKN-") :][:18])
        assert (one.kind, one.clause) == ("both", 1)
        assert one.field == field
        assert one.procedure


async def test_an_english_text_is_taken_said_to_need_translation_and_marked_for_officials(
    engine_url: str, tmp_path: Path
) -> None:
    async with board(engine_url, tmp_path) as office:
        an, official = office.person("an"), office.person("cán bộ")
        await official.becomes(Role.OFFICIAL)
        await an.says("/phananh")
        content = "The requirement to translate every page of a machine manual is outdated and should be abolished."
        assert "dịch" in await an.says(content)
        for answer in (NAME, ADDRESS, PHONE):
            await an.says(answer)
        told = await an.presses("Gửi")
        number = told[told.index("PAKN-") :][:18]
        assert "được nhận và đánh dấu để dịch" in told
        assert read(office, number).language == "en"
        assert "cần dịch" in await official.taps(f"1:fb:show:{number}")
