"""What the bot decides and says. Plain functions: they never send and never wait."""
