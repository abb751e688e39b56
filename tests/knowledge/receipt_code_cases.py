"""Receipt codes as they are met: (as written, code as read or None, problem or None, where it comes from).

The shapes are those of public codes of several provinces, of OpenCPS and of a province's one-stop system; the day
on which they are read is 1 July 2025.
"""

from __future__ import annotations

from datetime import date
from typing import Final

READ_ON: Final = date(2025, 7, 1)

Case = tuple[str, str | None, str | None, str]

CASES: Final[list[Case]] = [
    ("000.00.15.H58-200617-0001", "000.00.15.H58-200617-0001", None, "Thông tư 01/2018, Điều 19"),
    ("000.00.06.H56-231027-0361", "000.00.06.H56-231027-0361", None, "a receipt of Thanh Hóa"),
    ("000.17.22.H56-210531-0001", "000.17.22.H56-210531-0001", None, "a district of Thanh Hóa"),
    ("H56.14-240823-0001", "H56.14-240823-0001", None, "the order of 2020, Thanh Hóa"),
    ("000.00.14.H20-200703-0002", "000.00.14.H20-200703-0002", None, "Đồng Tháp"),
    ("000.00.16.G04-220405-0008", "000.00.16.G04-220405-0008", None, "a ministry"),
    ("H58.14-201125-0001", "H58.14-201125-0001", None, "the order of 2020, Tiền Giang"),
    ("H58.15-241105-54321", "H58.15-241105-54321", None, "substitute codes have five digits"),
    ("CNTBD.181121.00336", "CNTBD.181121.00336", None, "OpenCPS before the national shape"),
    (" 000.00.15.h58 – 200617 – 0001 ", "000.00.15.H58-200617-0001", None, "small letters, en dashes, blanks"),
    ("OOO.00.15.H58-2OO617-OOO1", "000.00.15.H58-200617-0001", None, "the letter O typed for zero"),
    ("000.00.15.H58-200617-0001-secretKey=4179", "000.00.15.H58-200617-0001", None, "QR code of a kiosk"),
    ("Mã hồ sơ: 000.00.15.H58-200617-0001", "000.00.15.H58-200617-0001", None, "copied with its label"),
    ("000.00.15.H58-201332-0001", "000.00.15.H58-201332-0001", "date", "a thirteenth month"),
    ("000.00.15.H58-300617-0001", "000.00.15.H58-300617-0001", "future", "a day still to come"),
    ("000.00.15.H58-200617", None, "format", "the running number is missing"),
    ("281/BC-BQL", None, "format", "the number of a report"),
    ("000 00 15 H58 200617 0001", "000.00.15.H58-200617-0001", None, "blanks for all separators"),
]
