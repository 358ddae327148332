"""The counter: what it took in today, what waits on it, and whether somebody's dispute is there already."""
