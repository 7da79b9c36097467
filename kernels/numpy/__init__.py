"""The plain wing that the other two are tested against."""
