"""Dossiers as rows: taken in, looked up, followed."""
