"""The rows of scratch that a block of paths keeps for each law with an unwind: flat binary64, STRIDE apart."""

from kernels.numba.settings import STRIDE

(
    REGIME,  # its number
    CLOSES,  # ln USD/JPY of the last five closes, from its start, in a ring: row step mod 5 is the oldest
    _,
    _,
    _,
    _,
    MOVE,  # of ln USD/JPY over the five closes before the step
    FALL,  # its size where the yen rose, else 0
    WAITING,  # share of the stock of carry trades that waits to be sold
    CARRY_SOLD,  # USD bn, as all that is sold
    PRIVATE_SOLD,
    OFFICIAL_SOLD,
    OFFICIAL,  # of this step
    FADING,  # sales of Treasuries by whomever, fading
    MIX,  # q
    SHORT_RUN,  # impact on the 5-year yield per USD bn
    FX_RUN,  # fall of ln USD/JPY per USD bn
    IMPACT,  # on the 5-year yield
    JGBS_BOUGHT,  # JPY tn, under a cap
    CAP_ENDED,  # 1: it has ended on the path
    SPOT,  # scratch from here: ln USD/JPY
    RISE,  # 10-year Treasury yield
    PICKUP,
    LIKELY,  # probability of an intervention
    UNIFORM,
    PRIVATE,  # sold in a step, by the orders of the close before it
    SOLD,  # share of the stock of carry trades, in a step
    DEMAND,  # what a close asks for, the sum over its cohorts
    PULL,  # of a step's purchases under a cap
    RELEASED,  # all that they pulled, where the cap ends in the step
) = (k * STRIDE for k in range(30))
N_ROWS = 30  # after them come, of each cohort, where it entered, then what is stopped of it: `cohorts`
N_CLOSES = 5
PATH_SERIES_ROWS = (REGIME, CARRY_SOLD, PRIVATE_SOLD, OFFICIAL_SOLD, JGBS_BOUGHT, IMPACT)  # law_layout.PATH_SERIES
