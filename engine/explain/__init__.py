"""Why a figure is what it is: a run's paths grouped by cause and shown day by day, and what changed between nights."""
