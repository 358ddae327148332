"""Ids and secrets: what a person is given can be typed as it stands."""

from mediation import ids


def test_no_secret_begins_like_an_option(monkeypatch):
    drawn = iter(["-0glkU82gM", "-", "a-b"])
    monkeypatch.setattr(ids.secrets, "token_urlsafe", lambda _size: next(drawn))
    assert ids.new_token() == "a-b"
