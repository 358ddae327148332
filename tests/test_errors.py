"""The words of errors that are not ours."""

import errno

from mediation.errors import cause_of


def test_cause_of_the_operating_system_is_said_in_words():
    assert cause_of(OSError(errno.ENOSPC, "No space left on device")) == "磁盘已满"
    assert cause_of(OSError(errno.EXDEV, "Invalid cross-device link")) == "Invalid cross-device link"
    assert cause_of(OSError("odd")) == "OSError"
