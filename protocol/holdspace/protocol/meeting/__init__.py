"""What members agree on inside the encryption: events, the reducer, turns, roles, flow, transcript.

Pure: no clock, no randomness, no socket. Every client computes the same from the same log.
"""
