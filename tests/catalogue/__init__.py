"""The catalogue's upkeep: files, editions, golden questions."""
