"""Procedures in conversation, and the upkeep of the catalogue that they come from."""
