"""What others would use for the same work, tuned as a good user of theirs would."""
