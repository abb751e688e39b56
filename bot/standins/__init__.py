"""Servers that behave like the platforms, to try everything without them: by the tests and by `motcua standins`."""
