"""What is kept: tables, queries, files. The only layer that knows SQLAlchemy."""
