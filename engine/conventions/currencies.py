"""currencies."""

from collections.abc import Mapping

BOND_CURVES: Mapping[str, str] = {"JPY": "JGB", "USD": "UST"}  # discount bonds, bills, loans and deposits
REPO_CURVES: Mapping[str, str] = {"JPY": "JGB_REPO", "USD": "UST_REPO"}  # carry a bond to a future's delivery
SWAP_CURVES: Mapping[str, str] = {"JPY": "TONA", "USD": "SOFR"}  # project and discount swaps
FX_CURVES: Mapping[str, str] = {"JPY": "XCCY_JPY", "USD": "SOFR"}  # discount what is paid against the other currency
MAX_TERM_YEARS = 50  # of a maturity, in calendar years after the valuation date
MAX_LOAN_YEARS = 10  # of a repo or deposit, from start to maturity
