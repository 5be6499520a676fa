"""The demo: a room with simulated people in it, for one real person to sit in."""
