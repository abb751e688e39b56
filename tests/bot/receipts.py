"""Photos of receipts as telephones take them: a printed page with its codes, turned, dark, small, leaning, noisy."""

from __future__ import annotations

import io
import math
import random
from dataclasses import dataclass

import segno
from PIL import Image, ImageDraw, ImageEnhance

PAGE = (900, 1270)  # pixels of an A4 page as it is drawn
CODE_SIDE = 230  # pixels of the printed code, a bit under 4 cm
QUIET = 4  # modules of white around a code (ISO/IEC 18004)


@dataclass(frozen=True, slots=True)
class Shot:
    """How a photo is taken: turned (degrees), bright (1 is daylight), scaled, leaning, noisy (0 to 255), in shadow."""

    turned: float = 0
    bright: float = 1
    scale: float = 1
    lean: float = 0
    noise: float = 0
    shadow: float = 0
    quality: int = 80


def payload(number: int, secret: str | None = "4179") -> str:
    """Give what the code of a receipt holds."""
    code = f"000.00.15.H58-261102-{number:04}"
    return code if secret is None else f"{code}-secretKey={secret}"


def page(*payloads: str) -> Image.Image:
    """Draw a receipt with these codes on it, among printed lines."""
    sheet = Image.new("L", PAGE, 255)
    pen = ImageDraw.Draw(sheet)
    for line in range(14):
        pen.text((70, 420 + line * 55), "GIAY TIEP NHAN HO SO VA HEN TRA KET QUA  " * 2, fill=30)
        pen.line((60, 450 + line * 55, 840, 450 + line * 55), fill=120)
    for place, text in enumerate(payloads):
        sheet.paste(_code(text), (60 + place * (CODE_SIDE + 40), 90))
    return sheet


def _code(text: str) -> Image.Image:
    out = io.BytesIO()
    segno.make(text, error="m", micro=False).save(out, kind="png", scale=10, border=QUIET)
    with Image.open(out) as drawn:
        return drawn.convert("L").resize((CODE_SIDE, CODE_SIDE), Image.Resampling.NEAREST)


def photo(sheet: Image.Image, shot: Shot, chance: random.Random) -> bytes:
    """Take a photo of a sheet on a dark table, as a JPEG."""
    table = Image.new("L", (1200, 1600), 95)
    table.paste(sheet, (150, 165))
    size = (round(table.width * shot.scale), round(table.height * shot.scale))
    taken = _leaning(table.resize(size, Image.Resampling.LANCZOS), shot.lean)
    taken = taken.rotate(shot.turned, Image.Resampling.BICUBIC, expand=True, fillcolor=95)
    if shot.shadow:
        dark = Image.linear_gradient("L").resize(taken.size).point(lambda value: 255 - value * shot.shadow)
        taken = Image.composite(taken, Image.new("L", taken.size, 0), dark)
    taken = ImageEnhance.Brightness(taken).enhance(shot.bright)
    if shot.noise:
        grains = Image.frombytes("L", taken.size, chance.randbytes(taken.width * taken.height))
        taken = Image.blend(taken, grains, shot.noise / 255)
    out = io.BytesIO()
    taken.convert("RGB").save(out, "JPEG", quality=shot.quality)
    return out.getvalue()


def _leaning(picture: Image.Image, lean: float) -> Image.Image:
    """Look at the picture from the side: the far edge is shorter by this share."""
    if not lean:
        return picture
    wide, high, in_ = picture.width, picture.height, picture.width * lean / 2
    corners = ((0, 0), (wide, 0), (wide, high), (0, high))
    seen = ((in_, high * lean / 3), (wide - in_, 0), (wide, high), (0, high))
    return picture.transform(
        picture.size, Image.Transform.PERSPECTIVE, _coefficients(seen, corners), Image.Resampling.BICUBIC, fillcolor=95
    )


Corners = tuple[tuple[float, float], ...]


def _coefficients(seen: Corners, corners: Corners) -> list[float]:
    """Solve for the eight numbers that Pillow wants: from each corner as seen to where it lay."""
    rows: list[list[float]] = []
    for (x, y), (u, v) in zip(seen, corners, strict=True):
        rows.append([x, y, 1, 0, 0, 0, -u * x, -u * y, u])
        rows.append([0, 0, 0, x, y, 1, -v * x, -v * y, v])
    for at in range(8):
        pivot = max(range(at, 8), key=lambda row: abs(rows[row][at]))
        rows[at], rows[pivot] = rows[pivot], rows[at]
        rows[at] = [value / rows[at][at] for value in rows[at]]
        for row in range(8):
            if row != at:
                rows[row] = [a - rows[row][at] * b for a, b in zip(rows[row], rows[at], strict=True)]
    return [row[8] for row in rows]


def shots(count: int, seed: int) -> list[Shot]:
    """Give as many ways to take a photo without moving the hand: every one of them readable by a patient reader."""
    chance = random.Random(seed)
    return [
        Shot(
            turned=chance.uniform(0, 360),
            bright=math.exp(chance.uniform(math.log(0.12), math.log(1.3))),
            scale=chance.uniform(0.45, 1.1),
            lean=chance.choice((0, chance.uniform(0, 0.18))),
            noise=chance.uniform(0, 30),
            shadow=chance.choice((0, chance.uniform(0, 0.75))),
            quality=chance.randint(45, 95),
        )
        for _ in range(count)
    ]
