"""Cases that have to do with each other: linked, merged, split, handled as a series."""
