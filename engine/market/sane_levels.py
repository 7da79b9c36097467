"""Levels of yields and vols beside which a figure is in the wrong unit or of the wrong sign."""

# A curve is taken for decimals when all that it prints lies below this level and no tenor's vol is a market's. The
# lowest that was published: JGB yields of 23 June 2016, 0.268 % at 40 years, and a vol of 8.6 bp a year at 2 years in
# 2018. Where a decimal is taken for percent, a yield of 9 % reads as 0.09 %, and a vol of 300 bp as one of 3 bp.
DECIMAL_LEVEL, DECIMAL_VOL = 0.0015, 5e-4  # of the decimals that the history's table has
# Lower than any government's yield, German two-year bonds at -1.0 % in March 2020 among them: a sign is wrong. What a
# currency allows in a market file is wider, since a shock may lead there.
LOWEST_YIELD = -0.015
