"""The photo of a receipt → the texts of the codes printed on it. A job's work: it takes up to a few seconds.

The picture is never written anywhere; what the texts mean is for the handlers (`handlers/dossiers/receipt_photos.py`).
"""

from __future__ import annotations

import json
from collections.abc import Iterator

import zxingcpp
from PIL import Image, ImageFilter, ImageOps

from bot.work.attachments import Attachments
from bot.work.pictures import open_picture
from handlers.messages import Attachment
from knowledge.errors import Unusable

SIDE_MOST = 2400  # pixels: the code on a receipt that fills the photo needs no more, and time grows with the square
SIDE_DOUBLED = 2000  # up to this twice the size is tried too: a small code has few pixels for each of its dots
CODES_MOST = 10  # of one photo: a wall full of codes is no receipt
TEXT_MOST = 500  # characters of one code that are read; a receipt's has about 45
TURNS = (20, 45, 70)  # degrees; what stands or lies the reader finds by itself
CUT_OFF = 2  # percent of the darkest and the brightest pixels that are left out when the contrast is stretched
SOFT = ImageFilter.GaussianBlur(1)  # takes the grain out of what was taken in the dark
SHARP = ImageFilter.UnsharpMask(radius=2, percent=200, threshold=2)

_KINDS = zxingcpp.BarcodeFormats(
    (
        zxingcpp.BarcodeFormat.QRCode,
        zxingcpp.BarcodeFormat.DataMatrix,
        zxingcpp.BarcodeFormat.PDF417,
        zxingcpp.BarcodeFormat.Code128,
    )
)


def work(attachments: Attachments, body: str) -> str:
    """Do the job: fetch the photo that the order names and read it. Gives texts, or the reason why there are none."""
    order = json.loads(body)
    file = Attachment.from_record(order["file"])
    told = {"reference": file.reference, "group": order["group"], "network": order["network"]}
    try:
        return json.dumps({**told, "texts": read(attachments.fetch(order["channel"], file))}, ensure_ascii=False)
    except Unusable as fault:
        return json.dumps({**told, "fault": fault.reason})


def read(photo: bytes) -> list[str]:
    """Read the codes in a photo, each text once; [] when none can be read. Raises `Unusable` as `open_picture` does."""
    picture = open_picture(photo).convert("L")
    picture.thumbnail((SIDE_MOST, SIDE_MOST), Image.Resampling.BOX)
    for tried in _tries(picture):
        found = [code.text[:TEXT_MOST] for code in zxingcpp.read_barcodes(tried, formats=_KINDS) if code.text.strip()]
        if found:
            return list(dict.fromkeys(found))[:CODES_MOST]
    return []


def _tries(picture: Image.Image) -> Iterator[Image.Image]:
    """Give the picture as it is, then in every other way in which a code may show itself, the likeliest first."""
    yield picture
    clear = ImageOps.autocontrast(picture, CUT_OFF)
    soft = ImageOps.autocontrast(picture.filter(SOFT), CUT_OFF)
    is_small = max(picture.size) <= SIDE_DOUBLED
    yield soft
    if is_small:
        yield _scaled(soft, 2)
    yield _scaled(clear, 1 / 2)
    for turn in TURNS:
        yield soft.rotate(turn, Image.Resampling.BICUBIC, expand=True, fillcolor=255)
    if is_small:
        yield _scaled(clear, 2)
    yield clear.filter(SHARP)


def _scaled(picture: Image.Image, by: float) -> Image.Image:
    size = (max(1, round(picture.width * by)), max(1, round(picture.height * by)))
    return picture.resize(size, Image.Resampling.LANCZOS)
