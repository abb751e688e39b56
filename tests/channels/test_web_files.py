"""Files on the page: a link in the reply, open to the session that was told of it and to nobody else."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from functools import partial

from markupsafe import Markup

from handlers.messages import FileRef, Reply, Turn
from handlers.turn import Situation
from storage import files, web_rows
from storage.database import Database
from tests.channels.web_office import Browser, browser, serving

NOW = datetime.now(UTC)
REPORT = b"PK\x03\x04 a report"


def answer(situation: Situation) -> Turn:
    """Answer with two files, of which one is no longer kept."""
    key = files.keep(situation.tx, REPORT, NOW + timedelta(days=1))
    sent = (FileRef(key, 'báo cáo "III".docx'), FileRef("0" * 32, "cũ.docx"))
    return Turn((Reply(Markup("Đây ạ"), (), sent),), situation.session)


async def get(who: Browser, path: str) -> tuple[int, bytes, str]:
    async with who.session.get(who.office.root + path) as given:
        assert given.headers["X-Content-Type-Options"] == "nosniff"
        return given.status, await given.read(), given.headers.get("Content-Disposition", "")


async def test_a_file_is_a_link_that_only_its_session_can_open(database: Database) -> None:
    async with serving(database, answer) as office, browser(office) as anna, browser(office) as binh:
        stream = await anna.opens()
        await binh.opens()
        await anna.posts("báo cáo")
        told = (await stream.reply()).data["files"]
        assert [file["name"] for file in told] == ['báo cáo "III".docx', "cũ.docx"]
        status, content, shown = await get(anna, told[0]["href"])
        assert (status, content) == (200, REPORT)
        assert shown == "attachment; filename*=UTF-8''b%C3%A1o%20c%C3%A1o%20%22III%22.docx"
        row = told[0]["href"].rsplit("/", 1)[0]
        for nothing in (told[1]["href"], f"{row}/2", f"{row}/x", "/chat/files/999/0", f"/chat/files/{'9' * 18}/0"):
            assert (await get(anna, nothing))[0] == 404
        assert (await get(binh, told[0]["href"]))[0] == 404
        async with browser(office) as stranger:
            assert (await get(stranger, told[0]["href"]))[0] == 404
        await office.store.write("empty", partial(web_rows.empty_old, before=NOW + timedelta(days=2)))
        assert (await get(anna, told[0]["href"]))[0] == 404, "the row is emptied, and its link with it"
