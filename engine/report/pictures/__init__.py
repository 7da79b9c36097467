"""Pictures of a report, as SVG for a page."""
