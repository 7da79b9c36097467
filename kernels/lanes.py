"""The stream contract: which Philox counter feeds which draw. Both twins read this one table.

Counter = (path low, path high, step, lane), key = the 64-bit seed. A new feature takes a new lane and never
shifts an old one, so that switching it off reproduces the numbers from before it existed.
"""

MAX_FACTORS = 64

# Lanes 0 to 31. binary64: lane j feeds factors 2j and 2j + 1; binary32: lane j feeds factors 4j to 4j + 3.
FACTOR_NORMALS = 0
N_FACTOR_LANES = MAX_FACTORS // 2

# A word of 32 bits each: 0 and 1 the regime's change, 2 an intervention, 3 the end of a cap.
EVENTS = 32
# Lanes 33 and 34: word j of both is the arrival of jumps of kind j.
JUMP_ARRIVALS = 33
INTERVENTION_SIZE = 35  # one normal
# Lanes 36 to 51: lanes 2j and 2j + 1 from here are the four normals of jumps of kind j.
JUMP_SIZES = 36
# Lanes drawn once a path, at a step that no walk reaches.
PARAMETER_STEP = 0xFFFFFFFF
PARAMETERS = 52  # words 0 and 1 the mixing variable, 2 and 3 the regime at the start
IMPACT_SIZE = 53  # words 0 and 1 the impact on yields, 2 that on USD/JPY; 3 is free
# A law whose moves are rows of a table: word 0 is the row of a step, 1 the regime that tilts it, 2 whether a jump
# beyond the rows' cap comes and its direction, 3 its size.
RESIDUAL_ROW = 54
