"""Prices and vols that move with a scenario's own rows: by betas on USD/JPY and a yield, and by noise of their own."""

from dataclasses import replace

import numpy as np

from engine.law.part import LawSetting
from engine.law.past.filtered import RowLaw
from engine.mechanisms.unwind import Unwind


def followed_rows(unwind: Unwind, setting: LawSetting, rows: RowLaw) -> RowLaw:
    """Return the rows with the column of each follower that the market has: betas times what a row moves, and noise.

    Variances of a scenario's own rows stay those of the valuation date, so that a move in logarithms is a row's
    residual times a constant; a follower's unit is its own standard deviation over the rows, noise included.
    """
    names = setting.names
    moves, lead, residuals, own = (
        each.copy() for each in (rows.weekday_move, rows.lead, rows.residuals, rows.own_normal)
    )
    for each in unwind.row_followers:
        if each.factor not in names:
            continue
        i = names.index(each.factor)
        betas = np.zeros(len(names))
        for name, beta in each.betas():
            betas[names.index(name)] = beta
        by_leader = rows.weekday_move * betas  # (n_factors,) its move per residual of each
        noise = rows.own_normal[i] * rows.weekday_move[i] if each.noise is None else each.noise
        column = rows.residuals @ by_leader  # (n_rows,)
        moves[i] = np.sqrt((column**2).mean() + noise**2)
        unit = moves[i] or 1.0  # a follower that does not move at all
        residuals[:, i], lead[i], own[i] = column / unit, by_leader @ rows.lead / unit, noise / unit
    return replace(rows, weekday_move=moves, lead=lead, residuals=residuals, own_normal=own)
