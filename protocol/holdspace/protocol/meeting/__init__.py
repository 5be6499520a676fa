"""What members agree on inside the encryption: events, and one state that all of them reach."""
