"""`override`, for code that has to run without the screen.

`typing` has it from Python 3.12 on, and typing_extensions is installed only where Textual is: plain lines
and a relay go without. A type checker sees the real one.
"""

from typing import TYPE_CHECKING

__all__ = ["override"]

if TYPE_CHECKING:
    from typing_extensions import override
else:

    def override(method):
        return method
