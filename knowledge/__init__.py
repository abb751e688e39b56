"""What is true without a database: text, codes, the calendar, the catalogue. Pure; loads its own data."""
