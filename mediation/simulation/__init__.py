"""A simulated year: the same engine on an injected clock, with invented disputes and the site's own people."""
