"""The periodic report in words and in chat."""
