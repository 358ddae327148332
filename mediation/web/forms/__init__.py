"""Forms out of the verbs' own input models: the same words by page as by API, each problem told at its field."""
