"""What goes on behind the acts: a relay hands outbox rows to the task engine, which carries them out and survives kills."""
