"""What the next page is to say: in the reader's language, and no more than a cookie holds."""

from urllib.parse import unquote

from starlette.responses import Response

from mediation.language import _, recording, speak
from mediation.web.pages.shell import _MOST_SAID, tell


def _told(answer: Response) -> str:
    return unquote(answer.headers["set-cookie"].partition("=")[2].partition(";")[0])


def test_long_message_is_cut_in_the_readers_language() -> None:
    with recording():
        said = _("{name} 没有在任的岗位").format(name="甲" * _MOST_SAID)
    speak("en")
    try:
        told = _told(tell(Response(), said))
    finally:
        speak("zh")
    assert len(told) == _MOST_SAID + 1
    assert told.endswith("…")
    assert "没有在任的岗位" not in told
