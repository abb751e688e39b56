"""Personal data in the person's own hands."""
