"""Messaging Layer Security, RFC 9420: one file per chapter, sans-I/O, groups as values.

Imports run one way, in the order of the RFC: codec, structs, ciphersuite, trees, framing, group.
"""
