"""What is logged, and how: one line for each thing, to standard error, with the moment and its offset."""

import logging

FORMAT = "%(asctime)s %(levelname)s %(name)s %(message)s"
MOMENT = "%Y-%m-%dT%H:%M:%S%z"


def log_to_the_console() -> None:
    """From now on: ids, codes and kinds of error, never what people said."""
    logging.basicConfig(level=logging.INFO, format=FORMAT, datefmt=MOMENT)
