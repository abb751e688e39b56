"""The codes on a photographed receipt are read as telephones take it, and pictures made to hurt are refused."""

from __future__ import annotations

import io
import json
import random
import struct
import zlib
from typing import Any

import pytest
import segno
from PIL import Image

from bot.work import receipt_photo
from knowledge.errors import Unusable
from tests.bot.receipts import Shot, page, payload, photo, shots

SIXTY = shots(60, seed=20_261_123)


@pytest.mark.parametrize("number", range(60))
def test_sixty_of_sixty_photos_that_are_not_blurred_are_read(number: int) -> None:
    taken = photo(page(payload(number)), SIXTY[number], random.Random(number))
    assert receipt_photo.read(taken) == [payload(number)]


def test_the_sixty_photos_are_turned_dark_small_leaning_and_noisy() -> None:
    assert {round(shot.turned) // 90 for shot in SIXTY} == {0, 1, 2, 3}
    assert min(shot.bright for shot in SIXTY) < 0.2
    assert min(shot.scale for shot in SIXTY) < 0.6
    assert max(shot.lean for shot in SIXTY) > 0.1
    assert max(shot.noise for shot in SIXTY) > 25
    assert max(shot.shadow for shot in SIXTY) > 0.5


def test_several_codes_on_one_photo_are_all_read_once() -> None:
    sheet = page(payload(1), payload(2), payload(1))
    found = receipt_photo.read(photo(sheet, Shot(turned=12), random.Random(1)))
    assert sorted(found) == [payload(1), payload(2)]


def test_a_line_of_bars_is_read_too() -> None:
    import zxingcpp

    made = zxingcpp.create_barcode(payload(3, None), zxingcpp.BarcodeFormat.Code128)
    bars = Image.fromarray(made.to_image(scale=3, add_quiet_zones=True)).convert("L")
    sheet = Image.new("L", (bars.width + 200, bars.height + 300), 255)
    sheet.paste(bars, (100, 150))
    assert receipt_photo.read(as_png(sheet)) == [payload(3, None)]


def test_the_colours_turned_round_and_a_png_are_read() -> None:
    drawn = io.BytesIO()
    segno.make(payload(4)).save(drawn, kind="png", scale=6, dark="white", light="black", border=6)
    assert receipt_photo.read(drawn.getvalue()) == [payload(4)]


def test_a_photo_without_a_code_gives_none() -> None:
    assert receipt_photo.read(photo(page(), Shot(turned=5), random.Random(2))) == []


def test_a_wall_of_codes_and_a_long_one_are_cut() -> None:
    sheet = Image.new("L", (1500, 1500), 255)
    for number in range(25):
        drawn = io.BytesIO()
        segno.make(f"code {number}").save(drawn, kind="png", scale=6, border=4)
        with Image.open(drawn) as one:
            sheet.paste(one.convert("L"), (number % 5 * 290, number // 5 * 290))
    assert len(receipt_photo.read(as_png(sheet))) == receipt_photo.CODES_MOST
    drawn = io.BytesIO()
    segno.make("7" * 2000).save(drawn, kind="png", scale=5)
    (text,) = receipt_photo.read(drawn.getvalue())
    assert len(text) == receipt_photo.TEXT_MOST


def as_png(picture: Image.Image) -> bytes:
    out = io.BytesIO()
    picture.save(out, "PNG")
    return out.getvalue()


def bomb(side: int) -> bytes:
    """A PNG of a few kilobytes that unpacks to side × side pixels."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    head = struct.pack(">IIBBBBB", side, side, 8, 0, 0, 0, 0)
    packed = zlib.compress(b"\0" * 1_000_000)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", packed) + chunk(b"IEND", b"")


@pytest.mark.parametrize(
    "content",
    [b"", b"not a picture", b"\xff\xd8\xff\xe0" + b"\0" * 100, bomb(30_000), bomb(100_000), as_png(page())[:500]],
    ids=["nothing", "text", "a broken JPEG", "a bomb", "a large bomb", "half a PNG"],
)
def test_what_is_no_photo_and_what_is_made_to_hurt_is_refused(content: bytes) -> None:
    with pytest.raises(Unusable):
        receipt_photo.read(content)


class Files:
    """The attachments of a test: what every reference leads to."""

    def __init__(self, content: bytes | Unusable) -> None:
        self._content = content

    def fetch(self, _channel: str, _attachment: object) -> bytes:
        if isinstance(self._content, Unusable):
            raise self._content
        return self._content


def done(content: bytes | Unusable) -> dict[str, Any]:
    order = {"channel": "telegram", "account": 1, "file": {"reference": "x"}, "group": True, "network": "n"}
    told: dict[str, Any] = json.loads(receipt_photo.work(Files(content), json.dumps(order)))  # type: ignore[arg-type]
    return told


def test_the_job_gives_texts_or_the_reason_and_nothing_of_the_photo() -> None:
    base = {"reference": "x", "group": True, "network": "n"}
    taken = photo(page(payload(5)), Shot(), random.Random(5))
    assert done(taken) == base | {"texts": [payload(5)]}
    assert done(b"text") == base | {"fault": "no_picture"}
    assert done(bomb(30_000)) == base | {"fault": "too_large"}
    assert done(Unusable("gone")) == base | {"fault": "gone"}
