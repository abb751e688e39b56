"""Long work: what jobs do, outside any turn."""
