"""Errors of the MLS engine, one class for each party that can be to blame."""


class MLSError(Exception):
    """Stand above every error of the engine; it is never raised itself."""


class CodecError(MLSError):
    """Report bytes that are not the one canonical encoding of what they should be."""

    def __init__(self, problem: str, offset: int = 0, field: str = "") -> None:
        super().__init__(f"{field or 'message'} at byte {offset}: {problem}")
        self.problem, self.offset, self.field = problem, offset, field


class ValidationError(MLSError):
    """Report a well-formed message that breaks a rule of RFC 9420."""


class CryptoError(MLSError):
    """Report a signature, tag, key or ciphertext that does not verify."""


class UsageError(MLSError):
    """Report a call that our own code should not have made."""


class PolicyRefused(MLSError):
    """Report a valid message that the room's policy does not allow."""
