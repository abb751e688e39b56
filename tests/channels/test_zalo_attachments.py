"""A photo that somebody sends on Zalo, from the event to what is kept of it."""

from __future__ import annotations

import hashlib
import io
import logging
from pathlib import Path
from typing import Any

import pytest
from PIL import Image
from sqlalchemy import select

from storage import files
from storage.database import Database
from storage.schema import file, job
from tests.channels.zalo_desk import WHO
from tests.channels.zalo_town import Town, town
from tests.persons import dump

SECRET = "token-of-an-address"
PLACE = b"10 21 00 N, 106 21 00 E"


def photo() -> bytes:
    """A photo that says where it was taken, with something behind its end."""
    exif = Image.Exif()
    exif[0x010E] = PLACE.decode()
    written = io.BytesIO()
    Image.new("RGB", (60, 40), "white").save(written, "JPEG", exif=exif)
    return written.getvalue() + b"PK\x03\x04 hidden"


async def sends(at: Town, name: str, content: bytes) -> str:
    """Let somebody send a picture under an address that holds a secret; gives the address."""
    at.server.files[name] = content
    url = f"{at.zalo._given.openapi_url}/files/{name}?sig={SECRET}"
    event = at.server.wrote(WHO, "")
    carried: list[dict[str, Any]] = [{"type": "image", "payload": {"url": url, "thumbnail": url}}]
    event |= {"event_name": "user_send_image", "message": {"msg_id": name, "attachments": carried}}
    await at.tells(event)
    while await at.app.jobs.one():
        await at.settles()
    return url


async def test_a_photo_is_fetched_at_once_and_kept_by_its_hash_without_its_place_and_its_address(
    database: Database, engine_url: str, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    async with town(engine_url, tmp_path) as at:
        await at.says("tôi muốn gửi phản ánh")
        await sends(at, "1.jpg", photo())
        ((key,),) = await at.reads(select(file.c.hash))
        kept = await at.app.store.read(lambda tx: files.load(tx, key))
        assert kept is not None
        assert PLACE not in kept.content
        assert b"hidden" not in kept.content
        assert Image.open(io.BytesIO(kept.content)).size == (60, 40)
        assert key not in (hashlib.sha256(photo()).hexdigest(), hashlib.sha256(kept.content).hexdigest()), "a keyed one"
        assert [row.body for row in await at.reads(select(job.c.body))] == [None]
    with database.transaction() as tx:
        assert SECRET.encode() not in dump(tx)
    assert SECRET not in caplog.text


@pytest.mark.parametrize(("name", "content"), [("1.jpg", b"MZ not a picture"), ("2.jpg", b"<svg/>")])
@pytest.mark.usefixtures("database")
async def test_what_only_calls_itself_a_picture_is_not_kept(
    engine_url: str, tmp_path: Path, name: str, content: bytes
) -> None:
    async with town(engine_url, tmp_path) as at:
        await at.says("tôi muốn gửi phản ánh")
        await sends(at, name, content)
        assert await at.reads(select(file.c.hash)) == []
        assert len(at.server.sent) > 1, "and the person is told"
