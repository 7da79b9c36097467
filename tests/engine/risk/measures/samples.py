"""Samples of P&L with known VaR and ES, and any samples at all, for the tests of measures."""

import json
from pathlib import Path

import numpy as np
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

_KNOWN = json.loads((Path(__file__).parents[3] / "data" / "var_es.json").read_text())
PUBLISHED = [(case["id"], case["pnl"], level) for case in _KNOWN["samples"] for level in case["levels"]]

# Whole yen: sums and differences of up to 200 of them are exact, so properties hold without a tolerance for rounding
yen = st.integers(-(10**9), 10**9).map(float)
samples = arrays(np.float64, st.integers(1, 200), elements=yen)
confidences = st.decimals("0.5", "0.9999", places=4)
