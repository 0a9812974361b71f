"""What the rows of the API's own logs tell of sends: only ever that somebody was reached; pure."""
