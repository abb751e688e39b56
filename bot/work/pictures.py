"""Pictures that people send, opened safely: the kind is told by content, the size is looked at before any decoding.

A picture of a few kilobytes can unpack to gigabytes; none of those is decoded (CWE-409).
"""

from __future__ import annotations

import io
import warnings

from PIL import Image, ImageOps

from knowledge.errors import Unusable
from knowledge.media import sniff

PIXELS_MOST = 50_000_000  # a phone's camera of 2026 makes 50 megapixels; decoded that is 150 MB
SIDE_MOST = 20_000  # pixels: a strip as thin as that is no photograph
FORMATS = ("PNG", "JPEG", "GIF", "WEBP")


def open_picture(content: bytes) -> Image.Image:
    """Decode a picture to RGB, upright, without anything else that its file says (place, device, thumbnail).

    Raises `Unusable`: `no_picture` for what is none of ours or damaged, `too_large` for more pixels than we decode.
    """
    media = sniff(content)
    if media is None or not media.is_picture:
        raise Unusable("no_picture")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", Image.DecompressionBombWarning)  # our own limit is lower
            with Image.open(io.BytesIO(content), formats=FORMATS) as opened:
                if opened.width * opened.height > PIXELS_MOST or max(opened.size) > SIDE_MOST:
                    raise Unusable("too_large")
                upright = ImageOps.exif_transpose(opened).convert("RGB")
    except Image.DecompressionBombError:
        raise Unusable("too_large") from None
    except (OSError, ValueError, SyntaxError, OverflowError, MemoryError):  # what Pillow raises for damaged files
        raise Unusable("no_picture") from None
    return Image.frombytes("RGB", upright.size, upright.tobytes())
