"""Write the parts that a wheel is installed with, as CycloneDX 1.6 in JSON: `python .ci/sbom.py > sbom.cdx.json`.

The parts are those of requirements.txt, pinned by hash. The same files give the same bytes, whenever they are read.
"""

import json
import re
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import NAMESPACE_URL, uuid5

ROOT = Path(__file__).resolve().parent.parent
_PIN = re.compile(r"(?P<name>[A-Za-z0-9._-]+)==(?P<version>[^\s;]+)\s*(?:;\s*(?P<marker>[^\\]*?))?\s*(?=--hash|$)")


def components(text: str) -> Iterator[dict[str, Any]]:
    """Yield a component for each line `name==version ; marker --hash=sha256:...` of a requirements file."""
    for line in text.replace("\\\n", " ").splitlines():
        found = _PIN.match(line.strip())
        if found is None:
            continue
        purl = f"pkg:pypi/{found['name'].lower()}@{found['version']}"
        hashes = [{"alg": "SHA-256", "content": each} for each in re.findall(r"--hash=sha256:([0-9a-f]{64})", line)]
        part = {
            "type": "library",
            "bom-ref": purl,
            "name": found["name"],
            "version": found["version"],
            "purl": purl,
            "hashes": hashes,  # of every file of this version that may be installed
        }
        marker = (found["marker"] or "").strip()
        yield part | ({"properties": [{"name": "python:marker", "value": marker}]} if marker else {})


def document(requirements: str, project: dict[str, Any], version: str) -> dict[str, Any]:
    """Return the document of a program of this version, which needs all of the parts."""
    parts = list(components(requirements))
    purl = f"pkg:pypi/{project['name']}@{version}"
    root = {"type": "application", "bom-ref": purl, "name": project["name"], "version": version, "purl": purl}
    root |= {"description": project["description"], "licenses": [{"license": {"id": project["license"]}}]}
    return {
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "serialNumber": f"urn:uuid:{uuid5(NAMESPACE_URL, purl + requirements)}",
        "version": 1,
        "metadata": {"component": root},
        "components": parts,
        "dependencies": [{"ref": purl, "dependsOn": [part["bom-ref"] for part in parts]}],
    }


def main() -> None:
    """Print the document of this checkout."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    text = (ROOT / "unwind_risk" / "__init__.py").read_text(encoding="utf-8")
    (version,) = re.findall(r'^__version__ = "(.*)"$', text, re.MULTILINE)
    found = document((ROOT / "requirements.txt").read_text(encoding="utf-8"), project, version)
    json.dump(found, sys.stdout, indent=1, ensure_ascii=True)
    print()


if __name__ == "__main__":
    main()
