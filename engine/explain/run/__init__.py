"""One run explained: its tail's paths by cause and by market, in prose, and any path shown day by day."""
