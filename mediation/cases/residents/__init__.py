"""What residents see and do of a case without a login: follow it, sign by a link, rate it. Never a name, never a story."""
