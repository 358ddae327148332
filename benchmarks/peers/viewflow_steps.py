"""django-viewflow: the lead task of a process is found, locked, run, ended and followed by the next one; one commit."""

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
    INSTALLED_APPS=[
        "django.contrib.auth",
        "django.contrib.contenttypes",
        "viewflow",
        "viewflow.workflow",
        "flows",
    ],
    DEFAULT_AUTO_FIELD="django.db.models.BigAutoField",
    USE_TZ=True,
)
django.setup()

from django.core.management import call_command  # noqa: E402  after set-up
from django.db import transaction  # noqa: E402
from flows.way import Mediation  # noqa: E402
from stepping import Step, serve  # noqa: E402
from viewflow.workflow.models import Task  # noqa: E402
from viewflow.workflow.status import STATUS  # noqa: E402

call_command("migrate", verbosity=0)
process = None


def prepare() -> Step:
    global process  # noqa: PLW0603  one process after another
    if process is None or not _waiting(process).exists():
        with transaction.atomic():
            process = Mediation.start.run()
    key = process.pk
    return lambda: step(key)


def _waiting(one):
    return Task.objects.filter(
        process_id=getattr(one, "pk", one), flow_task_type="FUNCTION", status=STATUS.NEW
    )


def step(key: int) -> None:
    with transaction.atomic():
        task = _waiting(key).get()
        task.flow_task.run(task)


serve(prepare)
