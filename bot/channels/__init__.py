"""The channels: each turns what a platform says into our messages and sends ours. None of them decides."""
