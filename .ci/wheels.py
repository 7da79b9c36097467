"""Which pinned parts have a wheel for which system and Python: `python .ci/wheels.py report,dask`; needs an index.

Nothing is downloaded or installed: pip says which files the index has of each part, the pins which of them are meant by
their hashes, and `packaging` on which system a file of that name is one to install. Not run in CI, which needs no index
but to install. It ends with 1 where a wheel is missing. pip has no public door to an index's listing, so that its own
modules are imported; tried with pip 24 to 26.
"""

import sys
from collections.abc import Iterator, Sequence

from packaging import tags
from packaging.markers import Marker
from packaging.utils import parse_wheel_filename
from pins import Pin, needed  # the file beside this one
from pip._internal.commands import create_command
from pip._internal.index.collector import parse_links

PYTHONS = ((3, 11), (3, 12), (3, 13), (3, 14))
GLIBC = 28  # 2.28, that of RHEL 8 and Debian 10
MACOS = {"x86_64": (13, 0), "arm64": (12, 0)}  # the oldest system on which a wheel must install
SYSTEMS = {
    "Linux x86-64": ("linux", "Linux", "x86_64"),
    "Linux ARM": ("linux", "Linux", "aarch64"),
    "macOS x86-64": ("darwin", "Darwin", "x86_64"),
    "macOS ARM": ("darwin", "Darwin", "arm64"),
    "Windows x86-64": ("win32", "Windows", "AMD64"),
}


def platforms(system: str) -> list[str]:
    """Return the platform tags whose wheels a system takes."""
    sys_platform, _, machine = SYSTEMS[system]
    if sys_platform == "win32":
        return ["win_amd64"]
    if sys_platform == "darwin":
        return [*tags.mac_platforms(MACOS[machine], machine)]
    old = [f"manylinux2014_{machine}", *([f"manylinux2010_{machine}", f"manylinux1_{machine}"] * (machine == "x86_64"))]
    return [*(f"manylinux_2_{minor}_{machine}" for minor in range(GLIBC, 4, -1)), *old, f"linux_{machine}"]


def is_wanted(pin: Pin, system: str, python: tuple[int, int]) -> bool:
    """Return whether a part is installed on a system and Python, by its marker."""
    sys_platform, platform_system, machine = SYSTEMS[system]
    version = ".".join(map(str, python))
    there = {
        "sys_platform": sys_platform,
        "platform_system": platform_system,
        "platform_machine": machine,
        "os_name": "nt" if sys_platform == "win32" else "posix",
        "python_version": version,
        "python_full_version": f"{version}.1",
        "implementation_name": "cpython",
        "platform_python_implementation": "CPython",
        "extra": "",
    }
    return not pin.marker or Marker(pin.marker).evaluate(there)


def wheels(found: Sequence[Pin]) -> dict[str, list[str]]:
    """Return the names of the wheels that the index has of each pin, those alone whose hashes are pinned."""
    command = create_command("download")
    options, _ = command.parse_args(["--quiet", "unwind"])
    with command.main_context():
        session = command.get_default_session(options)
        collector = command._build_package_finder(options, session)._link_collector
        listed = {}
        for pin in found:
            sources = collector.collect_sources(pin.name, lambda url: _links(collector, url))
            links = [link for each in sources.index_urls if each for link in each.page_candidates()]
            names = {link.filename for link in links if link.hash in pin.hashes}
            listed[f"{pin.name} {pin.version}"] = sorted(name for name in names if name.endswith(".whl"))
    return listed


def _links(collector: object, url: object) -> Iterator[object]:
    response = collector.fetch_response(url)
    yield from () if response is None else parse_links(response)


def missing(found: Sequence[Pin], listed: dict[str, list[str]], system: str, python: tuple[int, int]) -> list[str]:
    """Return the parts that are wanted on a system and Python and have no wheel for it."""
    where = platforms(system)
    taken = {
        *tags.cpython_tags(python, platforms=where),
        *tags.compatible_tags(python, f"cp{python[0]}{python[1]}", where),
    }
    wanted = [f"{pin.name} {pin.version}" for pin in found if is_wanted(pin, system, python)]
    return [each for each in wanted if not any(parse_wheel_filename(name)[3] & taken for name in listed[each])]


def main() -> None:
    """Print a row a system, a column a Python: how many parts are wanted, and which have no wheel."""
    found = needed([each for word in sys.argv[1:] for each in word.split(",") if each])
    listed, holes = wheels(found), 0
    print(f"| wheels of {len(found)} pins | " + " | ".join(".".join(map(str, each)) for each in PYTHONS) + " |")
    print("|---" * (1 + len(PYTHONS)) + "|")
    for system in SYSTEMS:
        cells = []
        for python in PYTHONS:
            lacking = missing(found, listed, system, python)
            wanted = sum(is_wanted(pin, system, python) for pin in found)
            cells.append(f"{wanted - len(lacking)} of {wanted}" + "".join(f"; no {each}" for each in lacking))
            holes += len(lacking)
        print(f"| {system} | " + " | ".join(cells) + " |", flush=True)
    sys.exit(bool(holes))


if __name__ == "__main__":
    main()
