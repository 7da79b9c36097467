"""History into markets and mechanisms' parameters, as of a date."""
