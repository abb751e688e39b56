"""Every part of every procedure: what is verified has its source, what is not says so and whom to ask."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from functools import cache
from typing import cast

import pytest
from markupsafe import Markup

from bot.channels.plain import plain_text
from handlers.catalogue import cards
from handlers.catalogue.library import Shelf
from handlers.messages import Session
from handlers.talk import Talk
from handlers.texts import LANGUAGES, words
from knowledge.aspects import Aspect
from knowledge.catalogue import (
    Channels,
    Duration,
    Edition,
    Evidence,
    Fee,
    LegalBasis,
    Paper,
    Procedure,
    load_edition,
    shipped_editions,
    split_source,
)
from knowledge.catalogue.model import EVIDENCE_FIELDS
from knowledge.search import Index
from storage.accounts import Account
from storage.database import Connection
from tests.stories.chat import COMPLETE, LACKING, PHONE, edition

FIELD = {
    Aspect.papers: "papers",
    Aspect.form: "papers",
    Aspect.steps: "steps",
    Aspect.time: "time",
    Aspect.fee: "fees",
    Aspect.where: "channels",
    Aspect.counter: "channels",
    Aspect.post: "channels",
    Aspect.online: "online_level",
    Aspect.level: "online_level",
    Aspect.result: "result",
    Aspect.legal_basis: "legal_basis",
}
UNVERIFIED = {"vi": "chưa được kiểm chứng", "en": "not verified"}
MARK = {"vi": "chưa kiểm chứng)", "en": "not verified)"}
MISSING = {"vi": "chưa có thông tin phần này", "en": "no information on this part"}
ILLUSTRATIVE = {"vi": "minh hoạ", "en": "illustrative"}
SOURCE = {"vi": "Nguồn: ", "en": "Source: "}
ASK = {"vi": "hỏi", "en": "ask"}
LONGEST = 4096  # characters of one Telegram message; a longer answer would be cut into two
HANDLED = edition().handled()


@cache
def _shelf(chosen: Edition) -> Shelf:
    return Shelf(chosen, Index(()))


def talk_in(language: str, chosen: Edition | None = None) -> Talk:
    """A turn in which nothing is read from the database."""
    account = Account(1, "test", "an", "lane", language, None)
    now = datetime(2026, 11, 23, 10, tzinfo=UTC)
    shelf = Shelf(chosen, Index(())) if chosen else _shelf(edition())
    return Talk(cast("Connection", None), account, "", Session(), now, COMPLETE, shelf, words(language))


def told(text: Markup) -> str:
    assert len(plain_text(text)) <= LONGEST
    return plain_text(text)


def asks_people(text: str, language: str) -> bool:
    return COMPLETE.phone in text and ASK[language] in text.lower()


@pytest.mark.parametrize("chosen", shipped_editions())
@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("aspect", Aspect)
def test_a_part_is_sourced_or_said_to_be_unverified_or_said_to_be_missing(
    aspect: Aspect, language: str, chosen: str
) -> None:
    whole = load_edition(chosen)
    talk = talk_in(language, whole)
    for procedure in whole.handled():
        text, field = told(cards.part(talk, procedure, aspect)), FIELD[aspect]
        if aspect is Aspect.online and not procedure.has(field) and procedure.channels.online is not None:
            field = "channels"  # that it can be filed online, if not how far
        evidence = procedure.evidence_of(field)
        is_there = procedure.has(field) and not (aspect is Aspect.form and MISSING[language] in text)
        assert (MISSING[language] in text) == (not is_there and aspect is not Aspect.online), procedure.id
        assert whole.title in text
        if not is_there:
            assert asks_people(text, language)
        elif procedure.is_verified(field):
            assert UNVERIFIED[language] not in text.replace(MARK[language], "").replace("says not verified", "")
            assert all(split_source(source)[0] in text for source in evidence.sources)
            assert evidence.checked_on is None or f"{evidence.checked_on:%d/%m/%Y}" in text
        else:
            assert UNVERIFIED[language] in text, procedure.id
            assert asks_people(text, language)
            assert SOURCE[language] not in text
        if evidence.illustrative and is_there:
            assert ILLUSTRATIVE[language] in text


@pytest.mark.parametrize("language", LANGUAGES)
def test_whatever_is_marked_comes_with_the_people_to_ask(language: str) -> None:
    for procedure in edition().procedures:
        shown = [cards.elsewhere(talk_in(language), procedure)] if procedure.redirect else []
        if not shown:
            shown = [cards.card(talk_in(language), procedure)]
            shown += [cards.part(talk_in(language), procedure, aspect) for aspect in Aspect]
        for text in map(told, shown):
            assert (MARK[language] in text.splitlines()[0]) == (not procedure.is_verified("title"))
            assert MARK[language] not in text or asks_people(text, language)


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_card_marks_each_line_that_is_not_verified_and_names_the_sources_of_the_others(language: str) -> None:
    for procedure in HANDLED:
        text = told(cards.card(talk_in(language), procedure))
        lines = {line.split(":")[0]: line for line in text.splitlines()}
        for aspect in cards.ON_CARD:
            name, field = words(language).plain(f"aspect.{aspect}"), FIELD[aspect]
            found = next(line for begin, line in lines.items() if begin.startswith(name))
            assert (MARK[language] in found) == (procedure.has(field) and not procedure.is_verified(field))
            assert (ILLUSTRATIVE[language] in found) == procedure.evidence_of(field).illustrative
            if procedure.is_verified(field):
                assert all(split_source(one)[0] in text for one in procedure.evidence_of(field).sources)
        for condition in procedure.conditions:
            assert condition in text


def test_where_to_file_marks_the_level_that_only_illustrates() -> None:
    illustrated = [one for one in HANDLED if one.evidence_of("online_level").illustrative]
    assert len(illustrated) == 43
    for procedure in illustrated:
        text = told(cards.part(talk_in("vi"), procedure, Aspect.where))
        assert "(minh hoạ, chưa kiểm chứng)" in next(line for line in text.splitlines() if "trực tuyến" in line)


def test_a_matter_of_another_body_is_sourced_or_said_to_be_unverified() -> None:
    for procedure in edition().redirects():
        assert procedure.redirect is not None
        text = told(cards.elsewhere(talk_in("vi"), procedure))
        assert procedure.redirect.body in text
        assert ("Nguồn: " in text) == procedure.is_verified("redirect")
        assert ("Nơi giải quyết chưa được kiểm chứng" in text) == (not procedure.is_verified("redirect"))


def test_no_telephone_number_is_told_that_the_agency_did_not_give() -> None:
    talk = replace(talk_in("vi"), agency=LACKING)
    for procedure in HANDLED:
        for aspect in Aspect:
            assert PHONE.search(told(cards.part(talk, procedure, aspect))) is None


SURE = Evidence(("Quyết định thử <http://example.vn>",), date(2026, 11, 1))
MADE_UP = Procedure(
    id="T1",
    title="Thủ tục <thử> & nghiệm",
    field="Thử",
    papers=(
        Paper("Đơn <b>", "original", 2, "có thay đổi", form_file="mau-01.docx"),
        Paper("Hợp đồng", "certified"),
        Paper("Bản vẽ"),
    ),
    sets=2,
    steps=("Nộp", "Nhận"),
    time=Duration(5, "working_days", "tính từ ngày đủ hồ sơ", Duration(15, "days")),
    fees=(
        Fee("none"),
        Fee("amount", 1500000, "mỗi giấy", "Thông tư 1", "Giảm 50% khi nộp trực tuyến."),
        Fee("unknown", basis="Nghị quyết 2"),
    ),
    channels=Channels(4, counter=False, post=None),
    legal_basis=(LegalBasis("67/2014/QH13", date(2014, 11, 26)), LegalBasis("1/QĐ")),
    result="giấy phép",
    conditions=("có đất",),
    published_by=LegalBasis("1/QĐ-UBND"),
    evidence=dict.fromkeys(
        EVIDENCE_FIELDS,
        SURE,
    ),
)


def test_each_part_is_worded_as_it_is_recorded_and_escaped() -> None:
    talk = talk_in("vi", replace(edition(), procedures=(MADE_UP,)))
    said = {aspect: cards.part(talk, MADE_UP, aspect) for aspect in Aspect}
    assert "<b>Thủ tục &lt;thử&gt; &amp; nghiệm</b>" in said[Aspect.papers]
    assert (
        "1. Đơn &lt;b&gt; (bản chính; 2 bản; khi: có thay đổi)\n2. Hợp đồng (bản sao chứng thực)\n3. Bản vẽ\n"
        in (said[Aspect.papers])
    )
    assert "Số bộ hồ sơ: 2\n" in said[Aspect.papers]
    assert "1. Nộp\n2. Nhận" in said[Aspect.steps]
    assert "5 ngày làm việc\nTính từ ngày đủ hồ sơ\nTheo luật: 15 ngày" in said[Aspect.time]
    assert "Không thu phí\n1.500.000 đồng mỗi giấy (căn cứ: Thông tư 1). Giảm 50%" in said[Aspect.fee]
    assert "Chưa rõ mức thu (căn cứ: Nghị quyết 2)" in said[Aspect.fee]
    assert "• Không nhận tại quầy\n• Nộp trực tuyến toàn trình" in said[Aspect.where]
    assert "trên motcua.example.vn" in said[Aspect.where]
    assert "• 67/2014/QH13, ngày 26/11/2014\n• 1/QĐ" in said[Aspect.legal_basis]
    assert "Giấy phép" in said[Aspect.result]
    assert "chưa có thông tin" in said[Aspect.post]
    assert "Đơn &lt;b&gt;" in said[Aspect.form]
    assert not any("kiểm chứng" in text for text in said.values())
    card = cards.card(talk, MADE_UP)
    assert "Thời hạn: 5 ngày làm việc. Tính từ ngày đủ hồ sơ. Theo luật: 15 ngày\n" in card
    assert "Nguồn: Quyết định thử, đối chiếu ngày 01/11/2026." in card
    assert "Lưu ý: có đất" in card
    assert "kiểm chứng" not in card


def test_without_any_evidence_every_line_of_the_card_is_marked() -> None:
    bare = replace(MADE_UP, evidence={})
    card = told(cards.card(talk_in("vi", replace(edition(), procedures=(bare,))), bare))
    assert card.count("chưa kiểm chứng)") == 7, "title, time, fee, level, result, conditions, publication"
    assert "Nguồn" not in card


def test_the_english_titles_are_used_in_english_and_missing_ones_fall_back() -> None:
    assert cards.title(talk_in("en"), HANDLED[0]) == HANDLED[0].title_en
    assert cards.title(talk_in("en"), MADE_UP) == cards.short_title(talk_in("en"), MADE_UP) == MADE_UP.title
