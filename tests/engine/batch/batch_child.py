"""The `unwind` command, by its own door, with some constants patched: `BATCH_CHILD` is {"module:NAME": value} in JSON.

"pilot_cells" makes every run keep brackets after a pilot of so many cells, as only a very long run would.
"""

import importlib
import json
import os
import sys

sys.path.pop(0)  # this folder

import engine.run.start
from engine.risk.plan import plan_brackets
from unwind_risk.main import main

settings = json.loads(os.environ["BATCH_CHILD"])
if pilot_cells := settings.pop("pilot_cells", 0):
    engine.run.start.plan_tails = lambda n_rows, n_paths, confidences, _: plan_brackets(
        n_rows, n_paths, confidences, pilot_cells
    )
for place, value in settings.items():
    module, _, name = place.partition(":")
    setattr(importlib.import_module(module), name, value)
main()
