"""The windows: draw events, send commands, hold nothing the store lacks."""
