"""调度: what waits at a unit's desk, by what it needs, with what the site's rules suggest for it."""
