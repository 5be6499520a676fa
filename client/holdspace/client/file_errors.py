"""Why a file could not be read or written, in the language of whoever reads it.

The system says it in English, whatever language people have set: these are the reasons that occur.
"""

from holdspace.protocol.translation import N_, _

KNOWN = (
    N_("No such file or directory"),
    N_("Permission denied"),
    N_("Operation not permitted"),
    N_("Is a directory"),
    N_("Not a directory"),
    N_("File exists"),
    N_("File name too long"),
    N_("Too many levels of symbolic links"),
    N_("No space left on device"),
    N_("Disk quota exceeded"),
    N_("Read-only file system"),
    N_("Input/output error"),
)


def why(error: OSError) -> str:
    """Return the system's reason."""
    return _(error.strerror or "Input/output error")
