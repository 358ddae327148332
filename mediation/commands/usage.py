"""What is wrong with a command line, in words: which command, option or value, and what was expected."""

import re
from collections.abc import Mapping
from typing import Any

from typer.exceptions import TyperException

from mediation.language import _

_SENTENCES: Mapping[str, str] = {
    r"No such command '(?P<it>[^']*)'": "没有名为 {it} 的命令",
    r"No such option: (?P<it>\S+)": "没有 {it} 这个选项",
    r"Missing command": "缺少命令",
    r"Got unexpected extra argument.*\((?P<it>[^()]*)\)$": "多了 {it}",
    r"Option '(?P<it>.*)' does not take a value": "选项 {it} 后面不跟内容",
    r"Option '(?P<it>.*)' requires": "选项 {it} 后面缺少内容",
    r"Argument '(?P<it>.*)' takes": "{it} 的个数不对",
}
_VALUES: Mapping[str, str] = {
    r"greater than or equal to (?P<it>\S+)": "不能小于 {it}",
    r"less than or equal to (?P<it>\S+)": "不能大于 {it}",
    r"valid integer|not a valid int": "应当是整数",
    r"valid number|not a valid float": "应当是数字",
    r"does not match the format.*%H": "应当是日期和时间，如 2026-03-02T09:30",
    r"does not match the format": "应当是日期，如 2026-03-02",
    r"does not exist": "没有这个文件或文件夹",
    r"is not readable": "没有读的权限",
    r"is not writable": "没有写的权限",
    r"is a directory": "这是文件夹，不是文件",
    r"is a file": "这是文件，不是文件夹",
}


def usage_problem(error: TyperException) -> str:
    """The fault as a sentence; the library's own words only for what is rare."""
    kind, told = type(error).__name__, error.format_message()
    name = _name(error)
    if kind == "MissingParameter":
        return _("缺少 {name}").format(name=name)
    if kind == "BadParameter":
        cause = _matched(error.message, _VALUES) or error.message
        return _("{name}：{cause}").format(name=name, cause=cause)
    return _matched(told, _SENTENCES) or told


def usage_hint(error: TyperException) -> str:
    """How to see what the command takes; nothing if the command is not known."""
    context = getattr(error, "ctx", None)
    if context is None:
        return ""
    return _("用法见：{command} --help").format(command=context.command_path)


def _matched(told: str, sentences: Mapping[str, str]) -> str:
    for pattern, sentence in sentences.items():
        found = re.search(pattern, told)
        if found:
            return _(sentence).format(**found.groupdict())
    return ""


def _name(error: Any) -> str:
    """What the parameter is called where it is written: --site, or FILE.pdf."""
    parameter = getattr(error, "param", None)
    if parameter is None:
        return ""
    if parameter.param_type_name == "argument":
        return str(parameter.metavar or parameter.name)
    return "/".join(parameter.opts)
