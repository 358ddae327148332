"""An application of Django, which viewflow wants for its process."""
