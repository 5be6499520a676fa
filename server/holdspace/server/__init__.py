"""The relay: orders and briefly keeps opaque bytes, and does not even have the code to read them."""
