"""Put compiled kernels into the wheel: those of the folder that UNWIND_SHIPPED names, which `make wheel` fills.

Such a wheel is of one Python and one system. Without the variable it is of all, and compiles where it runs.
"""

import os
import sys
import sysconfig
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class KernelsHook(BuildHookInterface):
    """What hatchling calls before it builds a wheel."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Add the kernels and say for whom the wheel then is."""
        shipped = os.environ.get("UNWIND_SHIPPED")
        if not shipped or version == "editable":
            return
        build_data["force_include"][shipped] = "kernels/shipped"
        build_data["pure_python"] = False
        python = f"cp{sys.version_info.major}{sys.version_info.minor}"
        platform = sysconfig.get_platform().replace("-", "_").replace(".", "_")
        build_data["tag"] = f"{python}-{python}-{platform}"
