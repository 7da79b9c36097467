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
    WORST,  # loss of the carry trade so far, as a fraction of equity
    CARRY_SOLD,  # USD bn, as all that is sold
    PRIVATE_SOLD,
    OFFICIAL_SOLD,
    OFFICIAL,  # of this step
    FADING,  # sales of Treasuries by whomever, fading
    MIX,  # q
    SHORT_RUN,  # impact on the 5-year yield per USD bn
    FX_RUN,  # fall of ln USD/JPY per USD bn
    IMPACT,  # on the 5-year yield
    SPOT,  # scratch from here: ln USD/JPY
    RISE,  # 10-year Treasury yield
    PICKUP,
    LIKELY,  # probability of an intervention
    UNIFORM,
    PRIVATE,  # sold in a step, by the orders of the close before it
    CARRY,
) = (k * STRIDE for k in range(25))
N_ROWS = 25
N_CLOSES = 5
PATH_SERIES_ROWS = (REGIME, CARRY_SOLD, PRIVATE_SOLD, OFFICIAL_SOLD, IMPACT)  # law_layout.PATH_SERIES
