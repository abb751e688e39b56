"""Every channel keeps to the one contract, by the same code; a channel or a recorded file left out fails here."""

from __future__ import annotations

import ast
from pathlib import Path
from typing import Any

import pytest
from markupsafe import Markup

from bot.channels.base import Outgoing, OutgoingFile
from handlers.messages import Button, FileRef, Reply
from knowledge.errors import Moved, TryLater
from tests.channels.contract import ANSWERS, KINDS, NEW_ADDRESS, Outcome, expected
from tests.channels.contract_channels import CHANNELS
from tests.channels.contract_inputs import INPUTS, recorded
from tests.stories.renderers import RENDERERS

CODE = Path(__file__).parents[2] / "bot" / "channels"
MENU = ((Button("Các mục", "1:menu"), Button("Thoát", "1:cancel")),)
PNG = OutgoingFile("so-do.png", b"\x89PNG\r\n\x1a\n 1", "image/png")
PDF = OutgoingFile("mẫu đơn.pdf", b"%PDF-1.7", "application/pdf")
PARAGRAPHS = "\n\n".join(f"Đoạn {number}: " + "chữ " * 240 for number in range(5))

REPLIES: dict[str, Reply] = {
    "text": Reply(Markup("Chào <b>anh</b> &amp; chị")),
    "buttons": Reply(Markup("Chào <b>anh</b>"), MENU),
    "long": Reply(Markup(PARAGRAPHS), MENU),
    "edit": Reply(Markup("Trang 2"), MENU, edits="12"),
    "asks_phone": Reply(Markup("Anh/chị bấm chia sẻ."), asks_phone="Chia sẻ số điện thoại"),
    "picture": Reply(Markup("Sơ đồ"), files=(FileRef("h1", PNG.name),)),
    "document": Reply(Markup("Mẫu đơn"), MENU, files=(FileRef("h2", PDF.name),)),
}
FILES = {"picture": (PNG,), "document": (PDF,)}


def channels() -> set[str]:
    """Find the names of the channels in the code: classes with a name and a way to send."""
    found: set[str] = set()
    for path in CODE.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.ClassDef):
                names = [
                    one.value.value
                    for one in node.body
                    if isinstance(one, ast.Assign)
                    and isinstance(one.value, ast.Constant)
                    and [ast.unparse(target) for target in one.targets] == ["name"]
                ]
                found.update(map(str, names))
    return found


def outgoing(channel: str, name: str = "buttons", *, repeated: bool = False) -> Outgoing:
    return Outgoing(CHANNELS[channel].address, REPLIES[name], repeated, FILES.get(name, ()))


def test_every_channel_of_the_code_keeps_to_the_contract_and_has_its_renderer_in_the_stories() -> None:
    assert channels() == CHANNELS.keys() == INPUTS.keys()
    assert {channel for channel, meanings in INPUTS.items() if meanings} <= RENDERERS.keys(), "whoever writes can read"


@pytest.mark.parametrize("channel", CHANNELS)
def test_every_recorded_input_has_its_meaning_and_every_meaning_its_recording(channel: str) -> None:
    assert recorded(channel).keys() == INPUTS[channel].keys()


HEARD = [(channel, name) for channel, meanings in INPUTS.items() for name in meanings]


@pytest.mark.parametrize(("channel", "name"), HEARD)
def test_what_came_in_means_what_the_table_says(channel: str, name: str) -> None:
    assert CHANNELS[channel].hear(name, recorded(channel)[name]) == INPUTS[channel][name]


@pytest.mark.parametrize("channel", CHANNELS)
def test_every_reply_is_recorded_as_each_channel_sends_it(channel: str) -> None:
    assert recorded(channel, "out").keys() == REPLIES.keys() | {"repeated"}


@pytest.mark.parametrize("name", [*REPLIES, "repeated"])
@pytest.mark.parametrize("channel", CHANNELS)
async def test_a_reply_becomes_the_requests_that_were_recorded(channel: str, name: str) -> None:
    is_repeat = name == "repeated"
    asked = await CHANNELS[channel].ask(outgoing(channel, "text" if is_repeat else name, repeated=is_repeat))
    assert asked == recorded(channel, "out")[name]


def test_every_line_of_the_table_is_there_for_every_channel_and_shown_by_one() -> None:
    for spoken in CHANNELS.values():
        assert spoken.says.keys() == ANSWERS.keys()
    for answer in ANSWERS:
        assert any(spoken.says[answer] for spoken in CHANNELS.values()), answer


CASES = [
    pytest.param(channel, answer, case, id=f"{channel}-{answer}-{number}")
    for channel, spoken in CHANNELS.items()
    for answer, cases in spoken.says.items()
    for number, case in enumerate(cases)
]


@pytest.mark.parametrize(("channel", "answer", "case"), CASES)
async def test_each_answer_of_each_platform_has_the_outcome_of_the_table(channel: str, answer: str, case: Any) -> None:
    outcome = expected(answer)
    trying = CHANNELS[channel].attempt(case, outgoing(channel))
    if outcome.outcome is Outcome.SENT:
        assert await trying
        return
    with pytest.raises(KINDS[outcome.outcome]) as raised:
        await trying
    if isinstance(raised.value, TryLater):
        assert raised.value.after == outcome.after
    if isinstance(raised.value, Moved):
        assert raised.value.address == NEW_ADDRESS
