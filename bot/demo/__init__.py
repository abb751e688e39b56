"""Sample data: illustrative dossiers of one quarter that add up to the figures that the Board published for it.

The figures are those of the Board of Industrial Zones of Tiền Giang for quarter III/2020 (28/5–28/8/2020): 47 dossiers
handled = 4 carried over + 36 online + 7 at the counter or by post; 43 resolved on time, 4 pending in time. The dossiers
themselves are made up, and every answer about them says so.
"""

from __future__ import annotations

from datetime import datetime
from importlib import resources

from bot.app import App
from bot.intake.files import read_file
from bot.intake.table import Layout
from bot.settings import Settings
from handlers.intake.batches import batch
from handlers.intake.words import RowFault
from storage.dossiers.intake import Origin
from storage.dossiers.records import count

EDITION = "tien-giang-2020"
SAMPLE_CODE = "000.00.15.H58-200617-0001"
SOURCE = "dữ liệu minh hoạ"
CUT_OFF = datetime(2020, 8, 28, 17, 0)  # the end of the period's last working day, in local time


async def fill(app: App, settings: Settings) -> None:
    """Put the sample dossiers into an empty demo database."""
    if await app.store.read(count):
        return
    zone = settings.agency.timezone
    content = resources.files("bot.demo").joinpath("dossiers-2020-q3.csv").read_bytes()
    records = [row for row in read_file(content, Layout(zone)) if not isinstance(row, RowFault)]
    origin = Origin(SOURCE, CUT_OFF.replace(tzinfo=zone), illustrative=True)
    await app.take_in("demo", 0, batch(records, origin))
    await app.turns.idle()
