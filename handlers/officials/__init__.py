"""What officials are told, and what they do in chat."""
