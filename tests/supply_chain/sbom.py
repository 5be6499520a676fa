"""Write what holdspace is made of, for machines: `./dev sbom FOLDER` (CycloneDX 1.6, JSON).

One file for a relay and one for the people's program. They come from the locks alone, so the same
locks give the same bytes, and no file says when or where it was written.
"""

import argparse
import json
import sys
import uuid
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from locks import Locked, locked, project

PARTS = {"relay": "the relay", "client": "the people's program"}
_SPACE = uuid.uuid5(uuid.NAMESPACE_URL, "holdspace")


def bill(part: str) -> dict[str, Any]:
    """Return the bill of materials of a part."""
    about, packages = project(), locked(part)
    version = str(about["version"])
    root = f"pkg:pypi/holdspace@{version}"
    content = {
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "version": 1,
        "metadata": {
            "component": {
                "type": "application",
                "bom-ref": root,
                "name": "holdspace",
                "version": version,
                "description": PARTS[part],
                "licenses": [{"license": {"id": str(about["license"])}}],
                "purl": root,
            }
        },
        "components": [_component(package) for package in packages],
        "dependencies": [{"ref": root, "dependsOn": [package.purl for package in packages]}],
        # Nothing else is installed; which package needs which other one a lock does not say.
        "compositions": [{"aggregate": "incomplete", "dependencies": [root]}],
    }
    number = uuid.uuid5(_SPACE, json.dumps(content, sort_keys=True))
    return {**content, "serialNumber": f"urn:uuid:{number}"}


def _component(package: Locked) -> dict[str, Any]:
    files = [{"alg": "SHA-256", "content": one} for one in package.hashes]
    component: dict[str, Any] = {
        "type": "library",
        "bom-ref": package.purl,
        "name": package.name,
        "version": package.version,
        "scope": "optional" if package.marker else "required",
        "purl": package.purl,
        # Whichever of its files is installed, its hash is one of these.
        "externalReferences": [{"type": "distribution", "url": package.purl, "hashes": files}],
    }
    if package.marker:
        component["properties"] = [{"name": "holdspace:marker", "value": package.marker}]
    return component


def write(folder: Path) -> list[Path]:
    """Write a file for each part."""
    folder.mkdir(parents=True, exist_ok=True)
    written = []
    for part in PARTS:
        path = folder / f"holdspace-{part}.cdx.json"
        path.write_text(json.dumps(bill(part), indent=2) + "\n")
        written.append(path)
    return written


def main(arguments: Sequence[str]) -> int:
    """Read the options and write."""
    parser = argparse.ArgumentParser(prog="./dev sbom", description=(__doc__ or "").split(":")[0])
    parser.add_argument("folder", type=Path)
    for path in write(parser.parse_args(arguments).folder):
        sys.stdout.write(f"{path}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
