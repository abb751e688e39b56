"""What a job gets of a file that somebody sent, and pictures that are opened without harm."""

from __future__ import annotations

import asyncio
import io
import struct
import zlib
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from PIL import Image

from bot.channels.base import Channel, Outgoing
from bot.work.attachments import Attachments, keep
from bot.work.pictures import PIXELS_MOST, open_picture
from handlers.attachments import BYTES_MOST
from handlers.messages import Attachment
from knowledge.errors import TryLater, Unusable
from storage.database import Database

NOW = datetime(2026, 11, 23, 3, 0, tzinfo=UTC)


class Platform:
    """A channel whose platform keeps one file."""

    name = "test"

    def __init__(self, fault: Exception | None = None) -> None:
        self._fault = fault

    async def send(self, message: Outgoing) -> str | None:
        raise AssertionError(message)

    async def fetch(self, reference: str, most: int) -> bytes:
        await asyncio.sleep(0)
        if self._fault is not None:
            raise self._fault
        return f"{reference} of {most}".encode()


async def in_a_job(work: Callable[..., Any], *args: Any) -> Any:
    return await asyncio.to_thread(work, *args)


def fetching(database: Database, **channels: Channel) -> Attachments:
    return Attachments(database, channels, asyncio.get_running_loop())


async def test_a_job_in_its_thread_fetches_through_the_channel(database: Database) -> None:
    attachments = fetching(database, test=Platform())
    assert await in_a_job(attachments.fetch, "test", Attachment("b"), 50) == b"b of 50"


@pytest.mark.parametrize("fault", [Unusable("gone"), TryLater("slow down")])
async def test_what_the_channel_says_of_a_file_reaches_the_job(database: Database, fault: Exception) -> None:
    attachments = fetching(database, test=Platform(fault))
    with pytest.raises(type(fault)):
        await in_a_job(attachments.fetch, "test", Attachment("b"))


async def test_a_file_that_says_it_is_too_large_is_not_even_asked_for(database: Database) -> None:
    attachments = fetching(database, test=Platform(AssertionError()))
    with pytest.raises(Unusable, match="too_big"):
        await in_a_job(attachments.fetch, "test", Attachment("b", size=BYTES_MOST + 1))
    with pytest.raises(Unusable, match="too_big"):
        await in_a_job(fetching(database, test=Platform()).fetch, "test", Attachment("b", size=2), 2)


async def test_what_came_over_the_terminal_is_kept_and_read_from_there(database: Database) -> None:
    sent = keep(database, b"\xff\xd8\xff a photo", "ảnh.jpg", NOW)
    assert (sent.name, sent.size, sent.media_type) == ("ảnh.jpg", 11, "image/jpeg")
    attachments = fetching(database)
    assert await in_a_job(attachments.fetch, "terminal", sent) == b"\xff\xd8\xff a photo"
    with pytest.raises(Unusable, match="gone"):
        await in_a_job(attachments.fetch, "terminal", Attachment("0" * 32))
    with pytest.raises(Unusable, match="too_big"):
        keep(database, bytes(BYTES_MOST + 1), "x", NOW)


def picture(size: tuple[int, int] = (40, 20), kind: str = "PNG", **more: Any) -> bytes:
    written = io.BytesIO()
    Image.new("RGB", size, "white").save(written, kind, **more)
    return written.getvalue()


def bomb(width: int, height: int) -> bytes:
    """A PNG that says it is as large as that."""

    def chunk(name: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))

    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(b"\x00")) + chunk(b"IEND", b"")


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "GIF", "WEBP"])
def test_pictures_of_our_kinds_are_opened(kind: str) -> None:
    opened = open_picture(picture(kind=kind))
    assert (opened.mode, opened.size) == ("RGB", (40, 20))


def test_a_picture_is_turned_upright_and_says_nothing_of_its_maker() -> None:
    exif = Image.Exif()
    exif[0x0112] = 6  # turned by a quarter
    exif[0x010F] = "An's telephone"
    opened = open_picture(picture(kind="JPEG", exif=exif))
    assert opened.size == (20, 40)
    assert dict(opened.getexif()) == {}
    assert opened.info == {}


@pytest.mark.parametrize(
    "size", [(PIXELS_MOST, 2), (10_000, 5_001), (20_001, 1), (100_000, 100_000), (2**31 - 1, 2**31 - 1)]
)
def test_a_picture_that_unpacks_too_far_is_refused_before_it_is_decoded(size: tuple[int, int]) -> None:
    with pytest.raises(Unusable, match=r"too_large|no_picture") as raised:
        open_picture(bomb(*size))
    if max(size) < 2**31 - 1:
        assert raised.value.reason == "too_large"


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"<svg/>",
        b"%PDF-1.7",
        b"\x89PNG\r\n\x1a\n",
        b"\xff\xd8\xff",
        picture()[:60],
        picture(kind="JPEG")[:200],
        bomb(10, 10),
        picture(kind="TIFF"),
        picture(kind="BMP"),
    ],
)
def test_what_is_no_picture_of_ours_or_damaged_is_refused(content: bytes) -> None:
    with pytest.raises(Unusable, match="no_picture"):
        open_picture(content)
