"""What becomes of running cases when the site's configuration is renewed: units merged, definitions in a newer version."""
