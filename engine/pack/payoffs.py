"""The packer of each payoff of kernels.payoffs, by its name."""

from collections.abc import Mapping

from engine.pack.draft import Packer
from engine.pack.futures import pack_futures
from engine.pack.fx_options import pack_fx_options
from engine.pack.holdings import pack_holdings
from engine.pack.swaptions import pack_swaptions

PACKERS: Mapping[str, Packer] = {
    "holdings": pack_holdings,
    "futures": pack_futures,
    "swaptions": pack_swaptions,
    "fx_options": pack_fx_options,
}
