"""Every channel that sends over a network keeps to the one table of answers; a new one fails here until it does."""

from __future__ import annotations

import ast
from pathlib import Path

from tests.channels.contract import ANSWERS
from tests.channels.test_telegram_sending import TELEGRAM_SAYS
from tests.channels.test_zalo_bot import BOT_SAYS
from tests.channels.test_zalo_oa_sending import ZALO_SAYS

CHANNELS = Path(__file__).parents[2] / "bot" / "channels"
SAYS = {"telegram": TELEGRAM_SAYS, "zalo_oa": ZALO_SAYS, "zalo_bot": BOT_SAYS}
"""How each channel's platform words the answers of the table, run by the tests beside it."""
WITHOUT_A_PLATFORM = {"terminal", "web"}  # what they show is shown here


def channels() -> set[str]:
    """Find the names of the channels in the code: classes with a name and a way to send."""
    found: set[str] = set()
    for path in CHANNELS.glob("*.py"):
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


def test_every_channel_of_the_code_is_in_the_table() -> None:
    assert channels() == {*SAYS, *WITHOUT_A_PLATFORM}


def test_every_line_of_the_table_is_there_for_every_channel_and_shown_by_one() -> None:
    for says in SAYS.values():
        assert says.keys() == ANSWERS.keys()
    for answer in ANSWERS:
        assert any(says[answer] for says in SAYS.values()), answer
