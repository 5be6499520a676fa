"""What hatchling asks before it builds or installs in place: the compiled catalogues."""

import sys
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

# hatchling loads this file by its path, alone.
sys.path.insert(0, str(Path(__file__).parent))

from po import compile_all

WORDS = Path("client/holdspace/client/words")


class CompiledWords(BuildHookInterface[Any]):
    """Compiles every language; the files belong to the wheel although git does not know them."""

    def initialize(  # type: ignore[explicit-override]
        self,
        version: str,  # noqa: ARG002 (hatchling names it)
        build_data: dict[str, Any],
    ) -> None:
        for path in compile_all(Path(self.root) / WORDS):
            build_data["artifacts"].append(f"/{(WORDS / path.name).as_posix()}")
