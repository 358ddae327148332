"""Which cases an actor sees."""
