"""Search over a catalogue of administrative procedures for questions as people really type them."""

from knowledge.search.index import Decision, Entry, Found, Hit, Index

__all__ = ["Decision", "Entry", "Found", "Hit", "Index"]
