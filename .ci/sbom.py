"""Write the parts of an installation as CycloneDX 1.6 in JSON: `python .ci/sbom.py report,dask > sbom.cdx.json`.

They are those of one environment, the system and the Python that this runs on, which the document names: a part has one
version there. The same files give the same bytes there; the time stands in it where SOURCE_DATE_EPOCH gives one.
"""

import json
import os
import platform
import re
import sys
import tomllib
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any
from uuid import NAMESPACE_URL, uuid5

from packaging.markers import Marker
from pins import PROJECT, ROOT, Pin, needed


def component(pin: Pin) -> dict[str, Any]:
    """Return a part as a component: its hashes are of every file of its version that may be installed."""
    return {
        "type": "library",
        "bom-ref": purl_of(pin.name, pin.version),
        "name": pin.name,
        "version": pin.version,
        "purl": purl_of(pin.name, pin.version),
        "hashes": [{"alg": "SHA-256", "content": each} for each in pin.hashes],
    }


def brought() -> list[dict[str, Any]]:
    """Return the libraries of browsers that the program brings along, by the table of their folder's README."""
    text = (ROOT / "unwind_risk" / "serve" / "static" / "vendor" / "README.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| `(.+)` \| (\S+) \| (\S+) \| (.+) \| `([0-9a-f]{64})` \|$", text, re.MULTILINE)
    packages = dict.fromkeys(row[1:4] for row in rows)
    return [
        {
            "type": "library",
            "bom-ref": f"pkg:npm/{name}@{version}",
            "name": name,
            "version": version,
            "licenses": [{"license": {"name": licence}}],
            "purl": f"pkg:npm/{name}@{version}",
            "components": [
                {"type": "file", "name": file, "hashes": [{"alg": "SHA-256", "content": digest}]}
                for file, *of_package, digest in rows
                if tuple(of_package) == (name, version, licence)
            ],
        }
        for name, version, licence in packages
    ]


def purl_of(name: str, version: str) -> str:
    """Return a part's address among packages, as its standard writes it."""
    return f"pkg:pypi/{name.lower()}@{version}"


def document(parts: Sequence[Pin], project: Mapping[str, Any], version: str, extras: Sequence[str]) -> dict[str, Any]:
    """Return the document of a program of this version with these parts, and of each what it needs itself."""
    refs = {pin.name: purl_of(pin.name, pin.version) for pin in parts} | {PROJECT: purl_of(PROJECT, version)}
    root = {"type": "application", "bom-ref": refs[PROJECT], "name": PROJECT, "version": version}
    root |= {"purl": refs[PROJECT], "description": project["description"]}
    root |= {"licenses": [{"license": {"id": project["license"]}}]}
    where = {"python": platform.python_version(), "system": platform.system(), "machine": platform.machine()}
    facts = {**where, "extras": ", ".join(extras) or "none"}
    edges = {
        ref: sorted(refs[pin.name] for pin in parts if name in pin.needed_by) for name, ref in sorted(refs.items())
    }
    metadata: dict[str, Any] = {
        "tools": {"components": [{"type": "application", "name": ".ci/sbom.py", "version": version}]},
        "component": root,
        "properties": [{"name": f"environment:{name}", "value": value} for name, value in facts.items()],
    }
    if epoch := os.environ.get("SOURCE_DATE_EPOCH"):
        metadata["timestamp"] = datetime.fromtimestamp(int(epoch), UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    browsers = brought()
    components = [component(pin) for pin in parts] + browsers
    edges[refs[PROJECT]] += [each["bom-ref"] for each in browsers]
    edges |= {each["bom-ref"]: [] for each in browsers}
    name = json.dumps([facts, components, edges], sort_keys=True)
    return {
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "serialNumber": f"urn:uuid:{uuid5(NAMESPACE_URL, name)}",
        "version": 1,
        "metadata": metadata,
        "components": components,
        "dependencies": [{"ref": ref, "dependsOn": others} for ref, others in edges.items()],
    }


def main() -> None:
    """Print the document of this checkout on this machine."""
    extras = [each for word in sys.argv[1:] for each in word.split(",") if each]
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    text = (ROOT / "unwind_risk" / "__init__.py").read_text(encoding="utf-8")
    (version,) = re.findall(r'^__version__ = "(.*)"$', text, re.MULTILINE)
    try:
        parts = [pin for pin in needed(extras) if not pin.marker or Marker(pin.marker).evaluate()]
    except ValueError as error:
        sys.exit(f"error: {error}")
    json.dump(document(parts, project, version, extras), sys.stdout, indent=1, ensure_ascii=True)
    print()


if __name__ == "__main__":
    main()
