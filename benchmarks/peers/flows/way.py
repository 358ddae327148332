"""The process of viewflow_steps.py."""

from viewflow import this
from viewflow.workflow import flow, lock
from viewflow.workflow.models import Process


class Mediation(flow.Flow):
    """Six steps that wait for somebody, and a gateway before the last."""

    process_class = Process
    lock_impl = lock.no_lock  # the write transaction is the lock

    start = flow.StartHandle().Next(this.triage)
    triage = flow.Handle().Next(this.keep)
    keep = flow.Handle().Next(this.accept)
    accept = flow.Handle().Next(this.assign)
    assign = flow.Handle().Next(this.mediate)
    mediate = flow.Handle().Next(this.agreed)
    agreed = flow.If(lambda _activation: True).Then(this.close).Else(this.end)
    close = flow.Handle().Next(this.end)
    end = flow.End()
