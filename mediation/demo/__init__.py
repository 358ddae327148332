"""A site's disputes played through all phases, by the public verbs, as the named actors."""
