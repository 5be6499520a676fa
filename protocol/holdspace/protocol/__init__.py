"""What two ends must agree on: values and functions without I/O, clock or randomness of their own."""
