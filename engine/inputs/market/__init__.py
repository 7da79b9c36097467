"""Market files: levels, vols and correlations of one date."""
