"""分流 in a case's life: what the site's rules suggest, what was decided, who could mediate."""
