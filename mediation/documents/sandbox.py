"""The language of a site's own templates: Jinja's sandbox made narrower, so that a template fills in a text and does nothing else.

Whoever writes a template is trusted with words, not with the server. Beyond Jinja's own refusals: no method of a value is called,
no text grows past all measure, no loop, macro or block runs without end, and escaping cannot be turned off. All of it is counted in
steps and characters, not in seconds: the same template is refused on every machine, in a worker or in the server.
"""

from collections.abc import Mapping
from typing import Any, Final, cast

from jinja2 import DictLoader, StrictUndefined, TemplateSyntaxError, nodes
from jinja2.runtime import Macro
from jinja2.sandbox import ImmutableSandboxedEnvironment
from jinja2.visitor import NodeTransformer

from mediation.documents.measure import RunsAway, counted, stepped
from mediation.language import _

MOST_HELD: Final = 20_000
LARGEST: Final = 10**18
"""The largest whole number that a template may reckon to: it is far above any sum of money in fen."""

_REPEATED = (nodes.For, nodes.Macro, nodes.CallBlock, nodes.Block, nodes.Template)


class Sandbox(ImmutableSandboxedEnvironment):
    """The environment of templates in files by name. `html`: everything is escaped; in plain text a line's end is the author's."""

    intercepted_binops = frozenset({"+", "*", "**", "%"})

    def __init__(self, files: Mapping[str, str], filters: Mapping[str, Any], *, html: bool = True) -> None:
        super().__init__(
            loader=DictLoader(dict(files)),
            autoescape=html,
            undefined=StrictUndefined,
            trim_blocks=html,
            lstrip_blocks=True,
            finalize=counted,
        )
        self.globals.clear()
        self.filters = dict(filters)

    def is_safe_attribute(self, obj: Any, attr: str, value: Any) -> bool:
        """No method of a value; the facts are found by key, and what is left are a loop's figures and the macros of a file."""
        if isinstance(obj, str | bytes | int | float | list | tuple | dict | set | Macro) or obj is None:
            return False
        return bool(super().is_safe_attribute(obj, attr, value))

    def wrap_str_format(self, value: Any) -> None:
        """No formats either: Jinja would let them through, with its own refusals."""
        del value

    def call_binop(self, context: Any, operator: str, left: Any, right: Any) -> Any:
        """Sums and products of whole numbers; texts and lists put together, as far as they go."""
        if operator == "+" and isinstance(left, str) and isinstance(right, str):
            return counted(super().call_binop(context, operator, left, right))
        if operator == "+" and isinstance(left, list) and isinstance(right, list):
            return self.held(super().call_binop(context, operator, left, right))
        if operator == "**" or not (isinstance(left, int) and isinstance(right, int)):
            raise RunsAway(_("模板里只能算整数的加、减、乘、除"))
        if abs(left) > LARGEST or abs(right) > LARGEST:
            raise RunsAway(_("模板里的数太大"))
        return super().call_binop(context, operator, left, right)

    def _parse(self, source: str, name: str | None, filename: str | None) -> nodes.Template:
        tree: nodes.Template = super()._parse(source, name, filename)
        _Weighed().visit(tree)
        for node in tree.find_all(nodes.Node):
            _refuse(node, name, filename)
        repeating: list[Any] = [tree, *tree.find_all(_REPEATED)]
        for repeated in repeating:
            weight = sum(len(one.data) for one in repeated.find_all(nodes.TemplateData))
            step = nodes.Call(
                nodes.EnvironmentAttribute("step"), [nodes.Const(1 + weight // 100)], [], None, None
            )
            repeated.body.insert(0, nodes.ExprStmt(step, lineno=repeated.lineno or 1).set_environment(self))
        return tree

    def held(self, values: Any) -> Any:
        """A list or mapping that the template has put together. Raises RunsAway if it holds too much, counting what is in it twice twice."""
        if weight(values, {}) > MOST_HELD:
            raise RunsAway(_("模板里的列表太大"))
        return values

    def step(self, cost: int) -> None:
        """One more time through a loop, a macro, a block or a file. Raises RunsAway when there were too many."""
        stepped(cost)


class _Weighed(NodeTransformer):
    """Has every list and mapping weighed that the template puts together from what is not constant."""

    def visit_List(self, node: nodes.List | nodes.Dict | nodes.Tuple) -> nodes.Node:  # noqa: N802  the library's name
        self.generic_visit(node)
        if not any(node.find_all((nodes.Name, nodes.Call))):
            return node
        call = nodes.Call(nodes.EnvironmentAttribute("held"), [node], [], None, None, lineno=node.lineno)
        return call.set_environment(cast(Sandbox, node.environment))

    visit_Dict = visit_List  # noqa: N815  the same

    def visit_Tuple(self, node: nodes.Tuple) -> nodes.Node:  # noqa: N802  the same
        return self.visit_List(node) if node.ctx == "load" else node


def weight(value: Any, known: dict[int, int]) -> int:
    """How many values a list or mapping comes to when it is written out or compared; each is looked at once."""
    if not isinstance(value, list | tuple | dict):
        return 1
    if id(value) not in known:
        inner = value.values() if isinstance(value, dict) else value
        known[id(value)] = 1 + sum(weight(one, known) for one in inner)
    return known[id(value)]


def _refuse(node: nodes.Node, name: str | None, filename: str | None) -> None:
    message = ""
    if isinstance(node, nodes.Concat):
        message = _("不能用 ~ 连接文字，请用 join")
    elif isinstance(node, nodes.EvalContextModifier | nodes.ScopedEvalContextModifier):
        message = _("不能关闭转义")
    if message:
        raise TemplateSyntaxError(message, node.lineno or 1, name, filename)
