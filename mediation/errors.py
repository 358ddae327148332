"""Everything that can go wrong, as one tree. It knows neither HTTP nor SQL; a class's docstring is its default message."""

import errno
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace

from mediation.language import _, recording, spoken


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing wrong in a file or an input: where it is, and what was expected."""

    message: str
    file: str = ""
    line: int | None = None
    key: str = ""

    def __str__(self) -> str:
        place = self.file
        if self.line is not None:
            place = f"{place}:{self.line}" if place else _("第{line}行").format(line=self.line)
        parts = [part for part in (place, self.key) if part]
        return f"{' '.join(parts)}: {self.message}" if parts else self.message


@dataclass(frozen=True, slots=True)
class Reason:
    """Why an act is refused, in a sentence for a clerk, with the article it rests on and what to do next."""

    guard: str
    message: str
    article: str = ""
    next_step: str = ""

    def __str__(self) -> str:
        text = self.message
        if self.article:
            text += _("（依据：{article}）").format(article=self.article)
        if self.next_step:
            text += _(" 下一步：{next_step}").format(next_step=self.next_step)
        return text


class MediationError(Exception):
    """操作没有完成。"""

    def __init__(self, message: str | None = None) -> None:
        self.message = message if message is not None else _((type(self).__doc__ or "").strip())
        super().__init__(self.message)

    def __str__(self) -> str:
        """The message as it is: it may remember how to be said in another language."""
        return self.message


class NotFound(MediationError):
    """没有找到，或者不在您的查看范围内。"""


class NotPermitted(MediationError):
    """您的岗位没有办理这项操作的权限。"""


class CaseChanged(MediationError):
    """这件纠纷刚刚被别人办理过，请刷新后再试。"""


class Overtaken(CaseChanged):
    """刚才有别人同时办理，这次没有保存任何内容，请再试一次。"""


class _Listed(MediationError):
    """有几处需要更正。"""

    def __init__(self, problems: Sequence[Problem], message: str | None = None) -> None:
        self.problems = tuple(problems)
        super().__init__(message)

    def __str__(self) -> str:
        return "\n".join([self.message, *(f"  {problem}" for problem in self.problems)])


class InputInvalid(_Listed):
    """填写的内容有几处需要更正，本次没有保存任何内容："""

    def __init__(
        self, problems: Sequence[Problem], message: str | None = None, reasons: Sequence[Reason] = ()
    ) -> None:
        self.reasons = tuple(reasons)
        """What would still stand in the act's way if the words were right."""
        self.in_part: object = None
        """What was understood of the words all the same, for whoever judges what it comes to."""
        super().__init__(problems, message)

    def __str__(self) -> str:
        if not self.reasons:
            return super().__str__()
        besides = _("内容更正以后，也还不能办理这项操作，原因如下：")
        return "\n".join([super().__str__(), besides, *(f"  · {reason}" for reason in self.reasons)])


class Faults:
    """What is wrong with one input, gathered so that all of it is told at once."""

    def __init__(self) -> None:
        self.problems: list[Problem] = []
        self._in_part: object = None

    def add(self, message: str, key: str) -> None:
        """One more thing that is wrong."""
        self.problems.append(Problem(message, key=key))

    @contextmanager
    def noting(self) -> Iterator[None]:
        """Note what a check within finds wrong, and go on."""
        try:
            yield
        except InputInvalid as error:
            self.problems += error.problems
            self._in_part = error.in_part or self._in_part

    def refuse(self, in_part: object = None) -> None:
        """Raise InputInvalid with all that was found, if anything was. `in_part`: what was understood of the words all the same."""
        if self.problems:
            error = InputInvalid(self.problems)
            error.in_part = in_part or self._in_part
            raise error


class DefinitionError(_Listed):
    """流程定义有错误，没有载入："""


class SiteError(_Listed):
    """部署单位的配置有错误，没有载入任何内容："""


class FormError(_Listed):
    """文书模板有错误，没有载入："""


class NoticeError(_Listed):
    """通知模板有错误，没有载入："""


class TransitionNotAllowed(MediationError):
    """现在的状态不能办理这项操作。"""

    def __init__(self, message: str | None = None, brief: str = "", problems: Sequence[Problem] = ()) -> None:
        super().__init__(message)
        self.brief = brief or self.message
        """The same without what can be done instead: where many cases are told of together."""
        self.problems = tuple(problems)
        """What would be wrong with the act's words in a state that knew it, too."""

    def __str__(self) -> str:
        if not self.problems:
            return self.message
        besides = _("能办理的时候，填写的内容也有几处要更正：")
        return "\n".join([self.message, besides, *(f"  {problem}" for problem in self.problems)])


class TransitionRefused(MediationError):
    """现在还不能办理这项操作，原因如下："""

    def __init__(self, reasons: Sequence[Reason], message: str | None = None) -> None:
        self.reasons = tuple(reasons)
        super().__init__(message)

    def __str__(self) -> str:
        return "\n".join([self.message, *(f"  · {reason}" for reason in self.reasons)])


class DocumentError(MediationError):
    """文书没有生成。"""


class WorkLost(DocumentError):
    """制作文书的进程没有做完，可能超出内存或时间限制。"""


class FactsMissing(DocumentError):
    """这份文书还缺少下列内容："""

    def __init__(self, missing: Sequence[Problem], message: str | None = None) -> None:
        self.missing = tuple(missing)
        super().__init__(message)

    def __str__(self) -> str:
        return "\n".join([self.message, *(f"  {item.key}: {item.message}" for item in self.missing)])


class SigningError(DocumentError):
    """没有签署成功，原文书未改动。"""


class SendingFailed(MediationError):
    """通知没有发出，稍后会再试。"""

    def __init__(self, message: str | None = None, why: str = "unreachable") -> None:
        super().__init__(message)
        self.why = why


class SendingRefused(SendingFailed):
    """对方不接受这条通知，再试也没有用。"""

    def __init__(self, message: str | None = None, why: str = "refused") -> None:
        super().__init__(message, why)


class StorageError(MediationError):
    """资料没有保存成功。"""


class KeyMissing(StorageError):
    """找不到或打不开密钥文件，资料不能读写。"""


class DatabaseOutdated(StorageError):
    """数据库的版本与程序不符，请先运行 mediation database upgrade。"""


class AuditBroken(MediationError):
    """办理日志校验不通过。"""


@contextmanager
def on_record() -> Iterator[None]:
    """Within: words are for the record, in Chinese; an error that leaves speaks the reader's language."""
    try:
        with recording():
            yield
    except MediationError as error:
        _say_again(error)
        raise


def _say_again(error: MediationError) -> None:
    error.message = spoken(error.message)
    error.args = (error.message,)
    if isinstance(error, _Listed):
        error.problems = tuple(_spoken_problem(one) for one in error.problems)
    if isinstance(error, FactsMissing):
        error.missing = tuple(_spoken_problem(one) for one in error.missing)
    if isinstance(error, InputInvalid | TransitionRefused):
        error.reasons = tuple(
            replace(
                one,
                message=spoken(one.message),
                article=spoken(one.article),
                next_step=spoken(one.next_step),
            )
            for one in error.reasons
        )


def _spoken_problem(problem: Problem) -> Problem:
    return replace(problem, message=spoken(problem.message), key=spoken(problem.key))


_CAUSES: Mapping[int, str] = {
    errno.ENOENT: "没有这个文件或文件夹",
    errno.EACCES: "没有读写权限",
    errno.EPERM: "没有读写权限",
    errno.EISDIR: "这是文件夹，不是文件",
    errno.ENOTDIR: "路径中有一段不是文件夹",
    errno.EEXIST: "已有同名的文件",
    errno.ELOOP: "符号链接绕成了圈",
    errno.ENOSPC: "磁盘已满",
    errno.EDQUOT: "超过磁盘配额",
    errno.EROFS: "磁盘是只读的",
    errno.ENAMETOOLONG: "文件名太长",
    errno.EIO: "磁盘读写出错",
    errno.EMFILE: "打开的文件太多",
    errno.ENFILE: "打开的文件太多",
    errno.EADDRINUSE: "端口已被占用",
}


def cause_of(error: OSError) -> str:
    """Why the operating system refused, in words; its own words for what is rare."""
    known = _CAUSES.get(error.errno or 0)
    return _(known) if known else error.strerror or type(error).__name__


def place_of(error: BaseException) -> str:
    """The kind of an error and the line of our own code where it arose; nothing of what it says."""
    where = ""
    trace = error.__traceback__
    while trace is not None:
        code = trace.tb_frame.f_code
        if "mediation" in code.co_filename:
            where = f" ({code.co_filename.rpartition('mediation/')[2]}:{trace.tb_lineno})"
        trace = trace.tb_next
    return type(error).__name__ + where


def told(error: Exception) -> str:
    """What a piece of work that failed is told as: its words; of what nobody foresaw the kind and the place."""
    return str(error) if isinstance(error, MediationError) else place_of(error)
