"""Pictures of what officials really are sent, for `docs/officials.md`: `python -m tests.officials.pictures`.

The whole bot runs in this process; its messages are drawn as Telegram shows the HTML and the keyboard that it would be
given. Needs Chromium, LibreOffice and pdftoppm.
"""

from __future__ import annotations

import asyncio
import html
import io
import subprocess
import tempfile
from datetime import UTC, datetime, timedelta
from functools import reduce
from pathlib import Path

from PIL import Image
from playwright.sync_api import sync_playwright

from bot.channels.base import Outgoing
from bot.channels.telegram.rendering import in_parts, keyboard
from handlers.actions import action
from handlers.intake import batches
from handlers.officials import digests, notices
from knowledge.dossier import DossierRecord, OwnerKind
from storage import files
from storage.files import Kept
from storage.officials.register import Role
from tests.e2e.web_site import ARGUMENTS, chromium
from tests.officials.board import Board, Person, board
from tests.officials.duty import BUILDING, INVESTMENT, Desk, record

PICTURES = Path(__file__).parents[2] / "docs" / "pictures"
WIDTH = 428
COMPANY = "Công ty TNHH Thí Dụ"
DRAWN = {"✅": "✔", "📢": "", "📎": "", "⚠️": "⚠"}  # signs that plain fonts lack
AN, BINH, CHI, GROUP = "Nguyễn Văn An", "Trần Thị Bình", "Lê Chi", "Tổ tiếp nhận"
STYLE = """
body{margin:0;padding:14px;background:#d6e5c5;font:15px/1.38 'Liberation Sans',sans-serif;width:400px}
.message{background:#fff;border-radius:12px;padding:7px 12px 9px;margin-bottom:4px;white-space:pre-wrap}
.who{color:#3a8a4d;font-weight:bold;font-size:13px}.file{color:#3177b5;margin-top:4px}a{color:#3177b5}
.row{display:flex;gap:4px;margin-bottom:4px}
.row span{flex:1;background:#80a070;color:#fff;border-radius:8px;text-align:center;padding:8px 6px;font-size:13.5px}
.mine{background:#effdde;border-radius:12px;padding:7px 12px;margin:0 0 8px 120px}.gap{height:10px}
"""


def drawn(message: Outgoing, who: str = "") -> str:
    """Draw one message."""
    shown = [f"<div class=who>{html.escape(who)}</div>"] if who else []
    shown += in_parts(message.reply.text)
    shown = [reduce(lambda text, sign: text.replace(sign, DRAWN[sign]), DRAWN, text) for text in shown]
    shown += [f"<div class=file>▤ {html.escape(one.name)}</div>" for one in message.reply.files]
    laid = (keyboard(message.reply.buttons) or {"inline_keyboard": []})["inline_keyboard"]
    rows = "".join(
        "<div class=row>" + "".join(f"<span>{html.escape(one['text'])}</span>" for one in row) + "</div>"
        for row in laid
    )
    return f"<div class=message>{''.join(shown)}</div>{rows}<div class=gap></div>"


def said(text: str) -> str:
    """Draw what somebody typed or pressed."""
    return f"<div class=mine>{html.escape(text)}</div>"


def last(office: Board, name: str, back: int = 1) -> Outgoing:
    """Give the last message that somebody was sent."""
    return [one for one in office.platform.sent if one.address == name][-back]


def kept(office: Board, message: Outgoing) -> Kept:
    """Give the file of a message."""
    with office.app.database.transaction() as tx:
        found = files.load(tx, message.reply.files[0].hash)
    assert found is not None
    return found


async def pages(folder: Path) -> tuple[dict[str, str], bytes, bytes]:
    """Let it all happen; gives pages by the names of their pictures, the apology letter and the chart."""
    found: dict[str, str] = {}
    async with board(f"sqlite:///{folder / 'x.db'}", folder) as office:
        desk = Desk(office)
        an = await desk.has(AN, Role.OFFICIAL, BUILDING)
        await desk.has(BINH, Role.OFFICIAL, INVESTMENT)
        chi = await desk.has(CHI, Role.LEADER)
        desk.rotates(AN, BINH)
        await desk.has(GROUP, Role.GROUP, BUILDING)
        await desk.told(
            record(1, due=datetime(2026, 11, 27, 3, tzinfo=UTC), owner_kind=OwnerKind.BUSINESS, owner_name=COMPANY)
        )
        before = drawn(last(office, GROUP), GROUP)
        await an.taps(action("claim", str(desk.dossier(1))))
        await desk.settle()
        found["official-claim"] = before + said(f"{AN}: Tôi nhận") + drawn(last(office, GROUP), GROUP)
        office.clock.now = datetime(2026, 11, 26, 0, 15, tzinfo=UTC)
        await desk.strikes(notices.DAY)
        found["official-due"] = drawn(last(office, AN))
        letter = await apology(office, desk, an, found)
        for first in range(0, 500, batches.AT_ONCE):
            await desk.told(*(of_burst(10 + number) for number in range(first, first + batches.AT_ONCE)))
        office.clock.moves(minutes=5)
        await desk.strikes(digests.DIGESTS)
        found["official-digest"] = drawn(last(office, AN))
        for name in ("dn1", "dn2", "dn3"):
            await office.person(name).taps(action("news", "in"))
        await an.says("/nhantin")
        found["official-wishes"] = said("/nhantin") + drawn(an.heard[-1])
        found["official-announcement"] = await announced(chi)
        await an.says("/truc")
        found["official-roster"] = said("/truc") + drawn(an.heard[-1])
        office.clock.moves(days=9)
        await chi.says("/thongke")
        found["official-statistics"] = said("/thongke") + drawn(chi.heard[-2])
        return found, letter, kept(office, chi.heard[-1]).content


def of_burst(number: int) -> DossierRecord:
    """Give one of many new dossiers, of two fields and several due dates."""
    due = datetime(2026, 11, 30, 3, tzinfo=UTC) + timedelta(days=number % 19)
    return record(number, BUILDING if number % 3 else INVESTMENT, due=due)


async def apology(office: Board, desk: Desk, an: Person, found: dict[str, str]) -> bytes:
    """Draft the letter in chat."""
    await an.taps(action("apology", str(desk.dossier(1))))
    asked = drawn(an.heard[-1])
    await an.says("01/12/2026")
    found["official-apology"] = said("Soạn phiếu xin lỗi") + asked + said("01/12/2026") + drawn(an.heard[-1])
    return kept(office, an.heard[-1]).content


async def announced(chi: Person) -> str:
    """Compose an announcement that leaves at a chosen time."""
    await chi.says("/thongbao")
    text = "Hội nghị đối thoại doanh nghiệp ngày 15/12/2026, 8 giờ, tại trụ sở Ban Quản lý."
    await chi.says(text)
    shown = said(text) + drawn(chi.heard[-2]) + drawn(chi.heard[-1])
    await chi.presses("Hẹn giờ khác")
    await chi.says("8h sáng mai")
    return shown + said("Hẹn giờ khác: 8h sáng mai") + drawn(chi.heard[-1])


def save(name: str, content: bytes, width: int = WIDTH) -> None:
    """Save a picture small: few colours, no wider than this."""
    picture = Image.open(io.BytesIO(content)).convert("RGB")
    if picture.width > width:
        picture = picture.resize((width, round(picture.height * width / picture.width)), Image.Resampling.LANCZOS)
    picture.quantize(64).save(PICTURES / f"{name}.png", optimize=True)


def as_picture(document: bytes, folder: Path) -> bytes:
    """Print a .docx through LibreOffice and give its first page."""
    (folder / "letter.docx").write_bytes(document)
    profile = f"-env:UserInstallation=file://{folder / 'office'}"
    names = str(folder), str(folder / "letter.docx")
    convert = ["soffice", "--headless", profile, "--convert-to", "pdf", "--outdir", *names]
    subprocess.run(convert, check=True, capture_output=True)
    subprocess.run(
        ["pdftoppm", "-r", "80", "-png", "-singlefile", folder / "letter.pdf", folder / "letter"], check=True
    )
    page, shown = Image.open(folder / "letter.png"), io.BytesIO()
    page.crop((0, 0, page.width, page.height * 11 // 20)).save(shown, "PNG")  # below it is empty
    return shown.getvalue()


def main() -> None:
    """Take all pictures anew."""
    with tempfile.TemporaryDirectory() as made:
        folder = Path(made)
        found, letter, chart = asyncio.run(pages(folder))
        save("official-letter", as_picture(letter, folder), 660)
        save("official-chart", chart, 640)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium(), args=ARGUMENTS)
        page = browser.new_page(viewport={"width": WIDTH, "height": 100})
        for name, body in found.items():
            page.set_content(f"<style>{STYLE}</style><body>{body}</body>")
            save(name, page.screenshot(full_page=True))
        browser.close()


if __name__ == "__main__":
    main()
