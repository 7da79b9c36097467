"""What a market is, as data: calendars, contracts, quotes."""
