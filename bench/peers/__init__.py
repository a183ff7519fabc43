"""Other open shops beside ours, on the same machine in the same minutes, asked for the same things."""
