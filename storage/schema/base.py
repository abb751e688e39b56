"""What every table is made with: the one metadata, the common types, and the keys of what a table says of itself."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import BigInteger, Integer, MetaData, String

HASH = String(64)
NAME = String(40)
# SQLite numbers its rows by itself only in a column called INTEGER.
ROW_ID = BigInteger().with_variant(Integer(), "sqlite")
UNTIL_DONE = timedelta(0)
AGE = "age"  # the key in Table.info of the time column from which `kept` counts
REGISTER = None  # as long as the row: registers fall under the archive law, erasing a person empties them

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
        "pk": "pk_%(table_name)s",
    }
)
