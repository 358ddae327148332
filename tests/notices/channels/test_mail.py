"""Mail, against a server that listens."""

from datetime import UTC, datetime

import pytest

from mediation.errors import SendingFailed, SendingRefused
from mediation.notices.channels import Message
from mediation.notices.channels.mail import MailChannel
from mediation.notices.readers import Reader
from mediation.settings import embedded_settings
from mediation.sites.sending import EmailSaid
from tests.notices.servers import mail_server

NOW = datetime(2026, 3, 2, 1, tzinfo=UTC)
MESSAGE = Message("m1", "overdue", "normal", "办理超时：〔2026〕第1号", "第一段。\n第二段。", NOW)


def channel(tmp_path, port, **more):
    said = {
        "host": "127.0.0.1",
        "port": port,
        "security": "none",
        "sender": "notices@example.invalid",
        "units": {"su": "su@example.invalid", "*": "all@example.invalid"},
        **more,
    }
    return MailChannel(EmailSaid.model_validate(said), embedded_settings(tmp_path))


def test_mail_bears_its_id_and_is_read_as_written(tmp_path):
    with mail_server() as post:
        channel(tmp_path, post.port).send("su@example.invalid", MESSAGE)
    [(to, mail)] = post.taken
    assert to == ["su@example.invalid"]
    assert (mail["Message-ID"], mail["Subject"], mail["From"]) == (
        "<m1@example.invalid>",
        "办理超时：〔2026〕第1号",
        "notices@example.invalid",
    )
    assert mail["Auto-Submitted"] == "auto-generated"
    assert mail.get_content() == "第一段。\n第二段。\n"


def test_password_is_given_and_a_wrong_one_is_no_use_trying_again(tmp_path, monkeypatch):
    monkeypatch.setenv("MEDIATION_SECRET_MAIL", "geheim")
    with mail_server(password="geheim") as post:
        channel(tmp_path, post.port, user="u", secret="mail").send("su@example.invalid", MESSAGE)
        monkeypatch.setenv("MEDIATION_SECRET_MAIL", "falsch")
        with pytest.raises(SendingRefused):
            channel(tmp_path, post.port, user="u", secret="mail").send("su@example.invalid", MESSAGE)
    assert len(post.taken) == 1
    assert [post.logins[0], *{*post.logins[1:]}] == [(b"u", b"geheim"), (b"u", b"falsch")]


@pytest.mark.parametrize(
    ("reply", "error"), [("550 no such mailbox", SendingRefused), ("451 try later", SendingFailed)]
)
def test_reply_says_whether_it_is_tried_again(tmp_path, reply, error):
    with mail_server() as post:
        post.refusing["su@example.invalid"] = reply
        with pytest.raises(SendingFailed) as caught:
            channel(tmp_path, post.port).send("su@example.invalid", MESSAGE)
    assert (type(caught.value), post.taken) == (error, [])


def test_nobody_listening_and_no_encryption_offered_are_tried_again(tmp_path):
    with pytest.raises(SendingFailed):
        channel(tmp_path, 9).send("su@example.invalid", MESSAGE)
    with mail_server() as post, pytest.raises(SendingFailed):
        channel(tmp_path, post.port, security="starttls").send("su@example.invalid", MESSAGE)
    assert post.taken == []


def test_unit_without_a_mailbox_has_the_common_one(tmp_path):
    found = channel(tmp_path, 25)
    addresses = [found.address(Reader(f"unit:{unit}", "unit", unit=unit)) for unit in ("su", "jia")]
    assert addresses == ["su@example.invalid", "all@example.invalid"]


def test_mail_that_was_taken_and_never_answered_may_have_arrived(tmp_path):
    with mail_server() as post:
        post.silent = True
        with pytest.raises(SendingFailed) as caught:
            channel(tmp_path, post.port).send("su@example.invalid", MESSAGE)
    assert (type(caught.value), caught.value.why, len(post.taken)) == (SendingFailed, "unanswered", 1)


def test_server_that_hangs_up_before_the_mail_has_not_got_it(tmp_path):
    with mail_server() as post:
        post.refusing["su@example.invalid"] = "421 closing"
        with pytest.raises(SendingFailed) as caught:
            channel(tmp_path, post.port).send("su@example.invalid", MESSAGE)
    assert (caught.value.why, post.taken) == ("smtp_421", [])
