"""The outside world: processes, sockets, clocks, channels, commands. The only layer that waits."""
