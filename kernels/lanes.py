"""The stream contract: which Philox counter feeds which draw. Both twins read this one table.

Counter = (path low, path high, step, lane), key = the 64-bit seed. A new feature takes a new lane and never
shifts an old one, so that switching it off reproduces the numbers from before it existed.
"""

MAX_FACTORS = 64

# Lanes 0 to 31. binary64: lane j feeds factors 2j and 2j + 1; binary32: lane j feeds factors 4j to 4j + 3.
FACTOR_NORMALS = 0
N_FACTOR_LANES = MAX_FACTORS // 2
