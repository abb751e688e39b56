"""The texts: the same in both languages, used, well formed, short enough for every channel."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path
from string import Formatter
from typing import get_args
from unicodedata import is_normalized

import pytest

import handlers
from bot.channels.plain import plain_text
from handlers import attachments
from handlers.commands import MENU
from handlers.documents import dossier_list
from handlers.dossiers.guard import REMEMBERED
from handlers.feedback import desk as feedback_desk
from handlers.feedback import files as feedback_files
from handlers.feedback import notices as feedback_notices
from handlers.feedback import satisfaction
from handlers.feedback.classes import NAMES as CLASS_NAMES
from handlers.front import TOPICS
from handlers.intake.words import FileProblem, PushAnswer, RowProblem
from handlers.linking import CHANNELS
from handlers.privacy import desk as privacy_desk
from handlers.privacy import personal_data
from handlers.texts import LANGUAGES, keys, words
from handlers.texts import _texts as texts
from knowledge.aspects import Aspect
from knowledge.catalogue.faults import FaultKind
from knowledge.catalogue.model import PaperForm, TimeUnit
from knowledge.duties import DOSSIERS, News
from knowledge.status import Status
from knowledge.vietnamese import is_marked
from storage.feedback import State
from storage.officials import duty
from storage.officials.register import Role
from storage.people import consents
from storage.people.privacy_requests import Asked

CODE = sorted(Path(handlers.__file__).parent.rglob("*.py"))
SMALLEST_CHANNEL = 2000  # characters of one Zalo message; Telegram takes 4096
TEXT_MOST = 600  # characters: a longer text is not read on a telephone
LABEL_MOST = 30  # characters: a longer label is cut off on a telephone
KEY = re.compile(r"[a-z]+\.[a-z0-9_]+")
FIELD = re.compile(r"\{\w*\}")
TAG = re.compile(r"</?([a-z]+)>")

# Keys that are put together, by what they begin with.
STATES = {f"s{int(status)}" for status in Status} | {"s9_not_ready"}
FAMILIES = {
    "aspect.": set(Aspect.__members__),
    "status.": STATES,
    "next.": STATES,
    "value.": {*get_args(PaperForm), *get_args(TimeUnit)},
    "value.level_": {"3", "4"},
    "command.": set(MENU),
    "link.on_": {*CHANNELS, "other"},
    "alarm.": {"steps", "misses", *REMEMBERED},
    "fault.": set(get_args(FaultKind)),
    "role.": {str(role) for role in Role},
    "official.can_": {"leader", "desk", "group"},
    "duty.": {str(one) for one in DOSSIERS},
    "news.": {str(one) for one in News},
    "how.": set(duty.HOWS),
    "rosterin.why_": {"date", "days", "official", "mismatch", "overlap", "away"},
    "bcstate.": {"draft", "scheduled", "sending", "sent", "stopped"},
    "broadcast.weekday_": set(map(str, range(7))),
    "broadcast.col_": {"number", "asked", "question"},
    "report_note.": {
        *("illustrative", "no_catalogue", "no_changes", "feedback_not_covered", "satisfaction", "returned_by_post"),
        *("lateness_causes", "previous", "year_before", "questions", "recommendations", "place", "unverified_form"),
        *("overlap", "gap", "was_pending", "not_pending", "more"),
    },
    "apology.doc_": {
        *("number", "nation", "motto", "day", "title"),
        *("dossier", "procedure", "dates", "reason", "again", "sorry"),
    },
    "dutylist.": set(dossier_list.TITLES),
    "file.": {*attachments.REASONS, "later", *feedback_files.REASONS},
    "feedback.class_": {*CLASS_NAMES},
    "feedback.kind_": {"regulation", "conduct", "both", "other"},
    "feedback.state_": {str(state) for state in State},
    "feedback.note_": {"supplement", "refused"},
    "feedback.sender_": {"person", "organisation"},
    "fbdesk.": {"inbox", "all", *feedback_notices.FOR_OFFICIALS, feedback_notices.DUE},
    "fbdesk.ask_": set(feedback_desk.TYPED),
    "button.fb_": {"accept", "more", "answer", "forward", "refuse", "publish"},
    "button.purpose_": set(consents.PURPOSES),
    "request.": {privacy_desk.ASKED, privacy_desk.DUE},
    "request.kind_": {str(one) for one in Asked},
    "survey.ask_": {satisfaction.DOSSIER, satisfaction.FEEDBACK},
    "survey.level_": {str(level) for level in satisfaction.LEVELS},
    "consent.text_": set(consents.PURPOSES),
    "data.table_": set(personal_data.KNOWN_TABLES),
    "data.purpose_": set(consents.PURPOSES),
    "intake.fault_": set(get_args(RowProblem)),
    "intake.file_": set(get_args(FileProblem)),
    "intake.push_": set(get_args(PushAnswer)),
}
BUTTON = "button."
EVERY = [(language, key) for language in LANGUAGES for key in sorted(keys(language))]


def _nodes() -> Iterator[ast.AST]:
    for path in CODE:
        yield from ast.walk(ast.parse(path.read_text(encoding="utf-8")))


def _rooms() -> set[str]:
    return {key.split(".")[0] for key in keys("vi")}


def _literals() -> set[str]:
    rooms = _rooms()
    found = {node.value for node in _nodes() if isinstance(node, ast.Constant) and isinstance(node.value, str)}
    return {text for text in found if KEY.fullmatch(text) and text.split(".")[0] in rooms}


def _beginnings() -> set[str]:
    firsts = (node.values[0] for node in _nodes() if isinstance(node, ast.JoinedStr) and node.values)
    found = {first.value for first in firsts if isinstance(first, ast.Constant) and isinstance(first.value, str)}
    rooms = _rooms()
    return {text for text in found if text.split(".")[0] in rooms and "." in text}


def _buttons() -> set[str]:
    calls = (node for node in _nodes() if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute))
    labels = (node.args[0] for node in calls if isinstance(node.func, ast.Attribute) and node.func.attr == "button")
    return {str(label.value) for label in labels if isinstance(label, ast.Constant)} | set(TOPICS)


def _text(language: str, key: str) -> str:
    return texts(language)[key]


def _fields(text: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(text) if name is not None}


def test_both_languages_have_the_same_texts_with_the_same_values() -> None:
    assert keys("vi") == keys("en")
    for key in keys("vi"):
        assert _fields(_text("vi", key)) == _fields(_text("en", key)), key


def test_every_text_is_used_and_every_text_used_is_there() -> None:
    assert _beginnings() == {*FAMILIES, BUTTON}, "a key that is put together belongs into FAMILIES"
    used = _literals() | {f"{BUTTON}{label}" for label in _buttons()}
    used |= {f"{beginning}{ending}" for beginning, endings in FAMILIES.items() for ending in endings}
    assert used - keys("vi") - set(FAMILIES) == set(), "used and not there"
    assert keys("vi") - used == set(), "there and not used"


@pytest.mark.parametrize(("language", "key"), EVERY)
def test_a_text_is_normal_short_and_well_formed(language: str, key: str) -> None:
    text = _text(language, key)
    assert is_normalized("NFC", text)
    assert text == text.strip()
    assert text
    assert "  " not in text
    assert not any(line != line.strip() for line in text.splitlines())
    tags = TAG.findall(text)
    assert set(tags) <= {"b", "i"}
    assert all(text.count(f"<{tag}>") == text.count(f"</{tag}>") for tag in tags)
    assert len(text) <= TEXT_MOST < SMALLEST_CHANNEL
    if key.startswith(BUTTON):
        assert len(text) <= LABEL_MOST
        assert tags == []
    assert all(not (kind or turned) for _, _, kind, turned in Formatter().parse(text)), "a value is put in as it is"
    values = dict.fromkeys(_fields(text), "<&>")
    said = words(language)(key, **values)
    assert "<&>" not in said, "a value is escaped"
    assert plain_text(said).count("<&>") == sum(1 for _, name, _, _ in Formatter().parse(text) if name is not None)


def test_the_labels_of_one_language_differ() -> None:
    for language in LANGUAGES:
        labels = [text for key, text in texts(language).items() if key.startswith("button.")]
        assert len(set(labels)) == len(labels)


def test_vietnamese_texts_are_vietnamese_and_english_ones_are_not() -> None:
    foreign = {"button.language", "command.vi", "start.help"}  # they name the other language in its own words
    for key in keys("en") - foreign:
        assert not is_marked(_text("en", key)), key
    plain = {key for key in keys("vi") if len(FIELD.sub("", _text("vi", key))) > 20 and not is_marked(_text("vi", key))}
    assert plain == set()


def test_huy_is_spelt_one_way_and_nobody_is_called_ban() -> None:
    for key in keys("vi"):
        text = _text("vi", key)
        assert not re.search(r"hủy|húy|hóa|thỏa|ủy ban|\b[Bb]ạn\b", text), key


def test_an_unknown_key_and_an_unknown_language() -> None:
    with pytest.raises(KeyError):
        words("vi")("start.nothing")
    assert words("xx").language == words(None).language == "vi"
