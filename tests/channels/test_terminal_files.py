"""Files in the terminal: written where the reply says, under names that a folder can hold."""

from __future__ import annotations

import io
import json
from pathlib import Path

import pytest
from markupsafe import Markup

from bot.channels.base import Outgoing, OutgoingFile
from bot.channels.terminal import Terminal, file_in, file_name
from handlers.messages import FileRef, Reply
from knowledge.errors import Refused

REPORT = OutgoingFile("báo cáo.docx", b"a report", "application/zip")
SAID = Outgoing("an", Reply(Markup("Đây ạ"), (), (FileRef("1", REPORT.name),)), repeated=False, files=(REPORT,))


async def test_a_file_is_written_and_the_text_says_where(tmp_path: Path) -> None:
    out = io.StringIO()
    await Terminal(out, folder=tmp_path).send(SAID)
    *_, last = out.getvalue().split()
    assert out.getvalue().startswith("Đây ạ\n📎 ")
    (path,) = tmp_path.rglob("*.docx")
    assert str(path).endswith(last)
    assert path.read_bytes() == b"a report"
    assert path.parent.stat().st_mode & 0o077 == 0


async def test_as_json_the_files_are_listed(tmp_path: Path) -> None:
    out = io.StringIO()
    terminal = Terminal(out, as_json=True, folder=tmp_path)
    await terminal.send(SAID)
    await terminal.send(SAID)
    first, second = (json.loads(line)["files"] for line in out.getvalue().splitlines())
    assert first == second, "the same content is the same file"
    assert Path(first[0]).read_bytes() == b"a report"


async def test_where_nothing_can_be_written_the_message_is_refused(tmp_path: Path) -> None:
    (tmp_path / "taken").write_text("x")
    with pytest.raises(Refused):
        await Terminal(io.StringIO(), folder=tmp_path / "taken").send(SAID)


@pytest.mark.parametrize(
    ("shown", "name"),
    [
        ("báo cáo.docx", "báo cáo.docx"),
        ("../../etc/passwd", "etcpasswd"),
        ("a/b\\c:d.xlsx", "abcd.xlsx"),
        ("\x1b[2Jx\n.csv", "[2Jx.csv"),
        ("..", "file"),
        ("", "file"),
        (".hidden", "hidden"),
        ("x" * 300 + ".xlsx", "x" * 56 + ".xlsx"),
        ("x" * 300, "x" * 60),
    ],
)
def test_a_name_that_people_see_becomes_one_that_a_folder_can_hold(shown: str, name: str) -> None:
    assert file_name(shown) == name


def test_a_line_names_a_file_or_it_does_not() -> None:
    assert file_in("/file  ảnh 1.jpg ") == "ảnh 1.jpg"
    assert file_in("/file") == ""
    assert file_in("/files x") is None
