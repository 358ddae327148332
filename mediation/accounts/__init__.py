"""Who may come in by the browser: accounts, passwords, second factors, sessions, and counts of what was tried in vain."""
