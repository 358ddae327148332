"""A corpus handed in to a case over HTTP, each file judged: taken and served so that nothing of it runs, or refused with a sentence."""

import re
from collections import Counter as Counts
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from time import monotonic
from typing import Any

from tests.uploads.sample import CANARY, Sample
from tests.web.conftest import REGISTRAR, Counter

ENDINGS = {
    "image/jpeg": ".jpg",
    "image/png": ".png",
    "image/webp": ".webp",
    "application/pdf": ".pdf",
    "video/mp4": ".mp4",
    "video/quicktime": ".mov",
    "video/3gpp": ".3gp",
    "audio/mp4": ".m4a",
    "audio/mpeg": ".mp3",
    "audio/wav": ".wav",
    "audio/amr": ".amr",
    "text/plain; charset=utf-8": ".txt",
    "text/plain; charset=gb18030": ".txt",
}
SAFE = {
    "content-security-policy": "default-src 'none'; frame-ancestors 'none'; sandbox",
    "x-content-type-options": "nosniff",
    "cross-origin-resource-policy": "same-origin",
    "cache-control": "no-store",
    "referrer-policy": "no-referrer",
}
_SAID = {"kind": "documentary", "name": "附件", "party": "1", "shows": "来往", "medium": "copy"}
_MOST_IN_A_CASE = 100
_DISPOSITION = re.compile(
    r"""attachment; filename="evidence-[0-9]+\.[a-z0-9]+"; filename\*=UTF-8''[A-Za-z0-9_.~%-]+"""
)


@dataclass
class Outcome:
    """What became of a corpus. `found`: what was not as it must be. Seconds by sample; memory of the worker, in MiB.

    `ended`: what ended the worker, so that another was begun.
    """

    found: list[str] = field(default_factory=list)
    taken: Counts[str] = field(default_factory=Counts)
    refused: Counts[str] = field(default_factory=Counts)
    slowest: dict[str, tuple[float, str]] = field(default_factory=dict)
    workers: set[int] = field(default_factory=set)
    ended: list[str] = field(default_factory=list)
    most_memory: int = 0


def hand_in(counter: Counter, samples: Sequence[Sample]) -> Outcome:
    """Hand all of them in, one after another."""
    outcome, ref = Outcome(), ""
    for at, sample in enumerate(samples):
        if at % _MOST_IN_A_CASE == 0:
            ref = counter.register()
        began = monotonic()
        problems = list(_judged(counter, ref, sample, outcome))
        spent = monotonic() - began
        outcome.found += [f"{sample.family}, {sample.what} ({sample.name!r:.40}): {one}" for one in problems]
        if spent > outcome.slowest.get(sample.family, (0.0, ""))[0]:
            outcome.slowest[sample.family] = (spent, sample.what)
        if not _look_at_the_worker(counter, outcome) and outcome.workers:
            outcome.ended.append(sample.what)
    return outcome


def _judged(counter: Counter, ref: str, sample: Sample, outcome: Outcome) -> Any:
    address = f"/api/v1/cases/{ref}/evidence"
    before = len(counter.get(REGISTRAR, f"/cases/{ref}/evidence").json()["evidence"])
    handed = {"files": (sample.name or "x", sample.data, "image/png")}
    answer = counter.client.post(address, data=_SAID, files=handed, headers=counter.as_(REGISTRAR))
    kept = counter.get(REGISTRAR, f"/cases/{ref}/evidence").json()["evidence"][before:]
    if CANARY in answer.text:
        yield "words that stand within the file are told outside it"
    if answer.status_code == 201:
        outcome.taken[sample.family] += 1
        if sample.types is not None and kept[0]["media_type"] not in sample.types:
            yield f"taken as {kept[0]['media_type']}"
        yield from _served(counter, address, kept, sample)
        return
    outcome.refused[sample.family] += 1
    if sample.types:
        yield f"refused: {answer.text[:200]}"
    if answer.status_code not in {413, 422}:
        yield f"status {answer.status_code}"
    elif answer.status_code == 422:
        told = answer.json()["problems"]
        if [one["key"] for one in told] != ["files[0]"] or not re.search(
            r"[\u4e00-\u9fff]{4}", told[0]["message"]
        ):
            yield f"refused without a sentence: {told}"
    if kept:
        yield "refused, and kept all the same"


def _served(counter: Counter, address: str, kept: list[dict[str, Any]], sample: Sample) -> Any:
    """Is what was taken given out as what it is, to be saved and not to be shown?"""
    if len(kept) != 1:
        yield f"{len(kept)} pieces"
        return
    [piece] = kept
    answer = counter.client.get(f"{address}/{piece['number']}/file", headers=counter.as_(REGISTRAR))
    ending = ENDINGS.get(piece["media_type"])
    if answer.status_code != 200 or ending is None:
        yield f"status {answer.status_code}, {piece['media_type']}"
        return
    if not sample.data.startswith(answer.content) or not answer.content:
        yield "other bytes than were handed in"
    if answer.headers["content-type"] != piece["media_type"]:
        yield f"served as {answer.headers['content-type']}"
    said = answer.headers["content-disposition"]
    if not _DISPOSITION.fullmatch(said) or not said.endswith(ending) or f'{ending}"' not in said:
        yield f"saved as {said}"
    wrong = {
        name: answer.headers.get(name) for name, value in SAFE.items() if answer.headers.get(name) != value
    }
    if wrong or "set-cookie" in answer.headers:
        yield f"headers {wrong}"


def _look_at_the_worker(counter: Counter, outcome: Outcome) -> bool:
    """Note which one it is and what it has taken at most; False if there is none."""
    process = counter.instance.evidence._press._process
    if process is None or process.pid is None:
        return False
    outcome.workers.add(process.pid)
    try:
        status = Path(f"/proc/{process.pid}/status").read_text("utf-8")
    except OSError:  # no such file system here
        return True
    most = re.search(r"VmHWM:\s+(\d+) kB", status)
    outcome.most_memory = max(outcome.most_memory, int(most[1]) // 1024 if most else 0)
    return True
