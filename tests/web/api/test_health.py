"""Is it there?"""

from sqlalchemy import event
from sqlalchemy.exc import OperationalError

from mediation.web.api.health import program_version
from tests.web.conftest import error


def test_health_of_a_sound_instance(counter):
    answered = counter.client.get("/health")
    body = {"status": "ok", "database": "ok", "version": program_version()}
    assert (answered.status_code, answered.json()) == (200, body)


def test_health_without_database_is_unavailable_and_says_no_more(counter):
    def fail(*_args: object) -> None:
        raise OperationalError("SELECT", {}, Exception("/srv/data/mediation.db is locked"))

    reader = counter.instance.database.reader
    event.listen(reader, "before_cursor_execute", fail)
    try:
        answered = counter.client.get("/health")
    finally:
        event.remove(reader, "before_cursor_execute", fail)
    sheet = error(answered, 503, "StorageError")
    assert sheet["detail"] == "资料没有保存成功。"
    assert counter.client.get("/health").status_code == 200
