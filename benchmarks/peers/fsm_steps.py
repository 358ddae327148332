"""django-fsm-2: a row is read, moved by a guarded transition and saved where its state is still the same; one commit."""

import sys

import django
from django.conf import settings

settings.configure(
    DATABASES={
        "default": {
            "ENGINE": "django.db.backends.sqlite3",
            "NAME": sys.argv[1],
            "OPTIONS": {
                "transaction_mode": "IMMEDIATE",
                "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL;",
            },
        }
    },
    DEFAULT_AUTO_FIELD="django.db.models.BigAutoField",
)
django.setup()

from django.db import connection, models, transaction  # noqa: E402  after set-up
from django_fsm import ConcurrentTransitionMixin, FSMField, transition  # noqa: E402
from stepping import Step, serve  # noqa: E402

MOVES = ("triage", "keep", "accept", "assign", "mediate", "close")


class Dispute(ConcurrentTransitionMixin, models.Model):  # noqa: DJ008  nobody prints one
    state = FSMField(default="0", protected=True)
    title = models.TextField()
    agreed = models.BooleanField(default=True)

    class Meta:
        app_label = "bench"


def _move(number: int):
    @transition(
        field=Dispute._meta.get_field("state"),  # noqa: SLF001  Django calls it public
        source=str(number),
        target=str(number + 1),
        conditions=[lambda dispute: dispute.agreed],
    )
    def move(_dispute: Dispute) -> None:
        """The state alone changes."""

    return move


ways = [_move(number) for number in range(len(MOVES))]
with connection.schema_editor() as editor:
    editor.create_model(Dispute)
done = 0
at = 0


def prepare() -> Step:
    global at, done  # noqa: PLW0603  one dispute after another
    if done % len(MOVES) == 0:
        at = Dispute.objects.create(title="雨水倒灌").pk
    move = ways[done % len(MOVES)]
    done += 1
    return lambda: step(at, move)


def step(key: int, move) -> None:
    with transaction.atomic():
        dispute = Dispute.objects.get(pk=key)
        move(dispute)
        dispute.save()


serve(prepare)
