"""督办: lights and the ladder of steps, the register with its own states, the weekly cycle of papers."""
