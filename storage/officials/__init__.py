"""Officials as rows: who they are, what they were told, their roster and announcements."""
