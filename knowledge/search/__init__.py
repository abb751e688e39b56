"""Search over a catalogue of administrative procedures for questions as people really type them."""

from knowledge.search.found import Decision, Entry, Found, Hit
from knowledge.search.index import Index

__all__ = ["Decision", "Entry", "Found", "Hit", "Index"]
