"""The sense of definitions, proved before they run. Pure: what exists outside the engine comes in as a Vocabulary."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations, product

from mediation.errors import Problem
from mediation.language import _, joined
from mediation.reading import Key, Lines, dotted
from mediation.workflow import collaboration
from mediation.workflow.definition import PHASES, Definition, Edge, split_condition
from mediation.workflow.guards import CONDITIONS
from mediation.workflow.names import plain, unknown_names
from mediation.workflow.paths import Graph
from mediation.workflow.vocabulary import Vocabulary

GATES: dict[str, tuple[tuple[str, ...], ...]] = {
    "start_mediation_limit": (
        ("nobody_refuses",),
        ("everybody_consents",),
        ("rights_told_to_all",),
        ("suited_to_mediation",),
        ("minors_have_guardians",),
    ),
    "in_force": (("everybody_signed", "oral_allowed"),),
    "take_up_anew": (
        ("nobody_refuses",),
        ("everybody_consents",),
        ("rights_told_to_all",),
        ("remediation_asked_by_all",),
        ("minors_have_guardians",),
    ),
    "pause_mediation_limit": (("suspension_has_ground",),),
    "extend_mediation_limit": (("extension_asked_by_all",),),
    "climb": (("below_the_top",),),
    "return_to_sender": (("reason_given",), ("sent_back_at_most_once",)),
    "return_declined": (
        ("line_of_list_in_force",),
        ("not_own_by_list",),
        ("no_ruling_binds",),
        ("no_precedent",),
    ),
    "contest": (
        ("line_of_list_in_force",),
        ("not_own_by_list",),
        ("no_ruling_binds",),
        ("no_precedent",),
        ("superior_can_rule",),
    ),
    "order_to_take": (("named_within_reach",), ("ruling_rests_on_list",)),
    "end:terminated": (("routes_named",),),
    "end:not_accepted": (("reason_given",),),
    "end:party_refused": (("refuser_named",),),
    "end:withdrawn": (("withdrawal_asked_by_all",),),
    "end:merged": (
        ("no_agreement_binds",),
        ("main_case_is_before_agreement",),
        ("nobody_refuses_main",),
    ),
}
"""Effect → what an edge that has it must be guarded by: one of each group. The law's gates that no definition may leave out.

Acceptance asks for free will and told rights (People's Mediation Law Art. 3, 17; Order 75 Art. 30) and a fit matter; an agreement is in force
when all have signed or may be oral (Art. 28–30); an ending names other routes (Art. 26); the rest are rules of the house.
"""


@dataclass(frozen=True, slots=True)
class Source:
    """A definition in the right shape, and where its parts stand."""

    definition: Definition
    lines: Lines
    file: str

    def problem(self, message: str, *key: Key) -> Problem:
        return Problem(message, self.file, self.lines.of(key), dotted(key))


def find_problems(
    sources: Sequence[Source], vocabulary: Vocabulary, unread: Collection[str] = ()
) -> list[Problem]:
    """Everything that makes no sense in these definitions, taken together: edges lead from one into another.

    `unread`: definitions of which a version could not be read, so that nothing is known of what leads into them.
    """
    newest: dict[str, Definition] = {}
    for source in sources:
        known = newest.get(source.definition.name)
        if known is None or known.version < source.definition.version:
            newest[source.definition.name] = source.definition
    problems: list[Problem] = []
    for source in sources:
        own = [
            *unknown_names(plain(source.definition), source.problem, vocabulary),
            *_unused(source),
            *_repeated(source),
            *_into(source, newest, unread),
            *_back(source),
        ]
        problems += own
        problems += _waiting(source)
        problems += _choosing(source)
        problems += _gates(source)
        problems += _order(source)
        if not own:
            problems += collaboration.dead_tasks(source.definition, source.problem)
            problems += _soundness(source, _entered(source.definition, newest))
    return problems


def _unused(source: Source) -> Iterator[Problem]:
    used = {edge.trigger for edge in source.definition.edges}
    for name in source.definition.triggers:
        if name not in used:
            yield source.problem(_("没有一条边用到这项操作"), "triggers", name)


def _repeated(source: Source) -> Iterator[Problem]:
    for number, edge in enumerate(source.definition.edges):
        lists = {
            "from": edge.origin,
            "back_to": edge.back_to,
            "when": edge.when,
            "guards": edge.guards,
            "approvals": edge.approvals + edge.approvals_if_asked,
            "effects": edge.effects,
        }
        for key, names in lists.items():
            twice = sorted({name for name in names if names.count(name) > 1})
            if twice:
                message = _("{names} 写了不止一次").format(names=joined(twice))
                yield source.problem(message, "edges", number, key)


def _into(source: Source, newest: dict[str, Definition], unread: Collection[str]) -> Iterator[Problem]:
    for number, edge in enumerate(source.definition.edges):
        if edge.into is None:
            continue
        if edge.to is not None:
            yield source.problem(_("to 和 into 只能写一个"), "edges", number, "into")
        target = newest.get(edge.into.workflow)
        if edge.into.workflow in unread:
            continue
        if target is None:
            message = _("没有流程 {name}；现有流程：{known}")
            message = message.format(name=edge.into.workflow, known=joined(sorted(newest)))
            yield source.problem(message, "edges", number, "into", "workflow")
        elif target.name == source.definition.name:
            yield source.problem(
                _("into 是转到别的流程；在本流程内请用 to"), "edges", number, "into", "workflow"
            )
        elif edge.into.state not in target.states:
            message = _("流程 {workflow} 没有状态 {state}；现有状态：{known}").format(
                workflow=target.name, state=edge.into.state, known=joined(target.states)
            )
            yield source.problem(message, "edges", number, "into", "state")
        elif target.states[edge.into.state].final:
            yield source.problem(_("不能直接转到别的流程的终结状态"), "edges", number, "into", "state")


def _waiting(source: Source) -> Iterator[Problem]:
    """A state in which a case waits has an owner, a task and a limit; a final one has none of them, and no edge."""
    definition = source.definition
    titles = {"owner": _("由谁办"), "task": _("办什么"), "limit": _("何时前办完")}
    for name, state in definition.states.items():
        for key, title in titles.items():
            has = getattr(state, key) is not None
            if not state.final and not has:
                message = _("案件会在这个状态等待，要写明 {key}（{title}）").format(key=key, title=title)
                yield source.problem(message, "states", name)
            if state.final and has:
                yield source.problem(
                    _("终结状态不等待任何人，不要写 {key}").format(key=key), "states", name, key
                )
    if not any(state.final for state in definition.states.values()):
        yield source.problem(_("没有终结状态（final: true）"), "states")
    for number, edge in enumerate(definition.edges):
        for position, name in enumerate(edge.origin):
            if name in definition.states and definition.states[name].final:
                message = _("终结状态 {name} 不能再办理任何操作").format(name=name)
                yield source.problem(message, "edges", number, "from", position)


def _choosing(source: Source) -> Iterator[Problem]:
    """Edges of one trigger from one state exclude each other, and an edge's own conditions do not contradict."""
    seen: dict[tuple[str, str], list[int]] = {}
    for number, edge in enumerate(source.definition.edges):
        literals = dict(split_condition(literal) for literal in edge.when)
        if len(literals) != len(set(edge.when)):
            yield source.problem(_("条件自相矛盾，这条边永远走不到"), "edges", number, "when")
        for origin in dict.fromkeys(edge.origin):
            seen.setdefault((origin, edge.trigger), []).append(number)
    for (origin, trigger), numbers in seen.items():
        for first, second in combinations(numbers, 2):
            if _exclude(source.definition.edges[first], source.definition.edges[second]):
                continue
            message = _(
                "从 {origin} 办理 {trigger} 有两条边可能同时成立（另一条在第{line}行）；"
                "请在 when 里写上一对相反的条件，如 accepted 和 not accepted"
            ).format(origin=origin, trigger=trigger, line=source.lines.of(("edges", first)))
            yield source.problem(message, "edges", second)


def _exclude(first: Edge, second: Edge) -> bool:
    wanted = dict(split_condition(literal) for literal in first.when)
    return any(wanted.get(name, answer) is not answer for name, answer in map(split_condition, second.when))


def _gates(source: Source) -> Iterator[Problem]:
    for number, edge in enumerate(source.definition.edges):
        for effect in edge.effects:
            for group in GATES.get(effect, ()):
                if not set(group) & set(edge.guards):
                    message = _("有后果 {effect} 的边要有条件 {guards}").format(
                        effect=effect, guards=_("或者").join(group)
                    )
                    yield source.problem(message, "edges", number)
    definition = source.definition
    may_end = {
        origin for edge in definition.edges if "end:party_refused" in edge.effects for origin in edge.origin
    }
    for name, state in definition.states.items():
        if state.phase == "mediation" and not state.final and name not in may_end:
            message = _(
                "调解阶段的每个状态都要让当事人能终止调解（人民调解法第23条）：缺一条带 end:party_refused 的边"
            )
            yield source.problem(message, "states", name)


def _order(source: Source) -> Iterator[Problem]:
    """A dispute is taken in once: no edge leads back into intake. A lone edge to its own origin leaves `to` out."""
    states = source.definition.states
    for number, edge in enumerate(source.definition.edges):
        if edge.to is None or edge.to not in states:
            continue
        if edge.origin == (edge.to,):
            message = _("留在原状态的操作不要写 to")
            yield source.problem(message, "edges", number, "to")
        for origin in edge.origin:
            if origin in states and states[edge.to].phase == PHASES[0] != states[origin].phase:
                message = _("不能从 {origin} 退回受理登记阶段").format(origin=origin)
                yield source.problem(message, "edges", number, "to")


def _back(source: Source) -> Iterator[Problem]:
    """A step back leads to a state in which a case waits, behind intake, and is no other kind of step at once."""
    states = source.definition.states
    for number, edge in enumerate(source.definition.edges):
        if edge.back_to and (edge.to is not None or edge.into is not None):
            yield source.problem(_("to、into、back_to 只能写一个"), "edges", number, "back_to")
        for position, name in enumerate(edge.back_to):
            key: tuple[Key, ...] = ("edges", number, "back_to", position)
            if name not in states:
                continue
            if states[name].final:
                yield source.problem(_("不能退到终结状态"), *key)
            elif states[name].phase == PHASES[0]:
                yield source.problem(_("不能退回受理登记阶段"), *key)
            elif set(edge.origin) == {name}:
                yield source.problem(_("不能退到原状态"), *key)


def _entered(target: Definition, newest: dict[str, Definition]) -> tuple[str, ...]:
    """The states of a definition that other definitions lead into."""
    return tuple(
        edge.into.state
        for definition in newest.values()
        for edge in definition.edges
        if edge.into and edge.into.workflow == target.name and edge.into.state in target.states
    )


def _soundness(source: Source, entered: Sequence[str]) -> Iterator[Problem]:
    """Every state can be reached, and from every state that can be an end can be reached, whatever the conditions say."""
    definition = source.definition
    graph = Graph(definition, (definition.initial, *entered))
    reached = graph.reached()
    ending = graph.ending()
    for number, position, origin, target in graph.steps_back_to_nowhere():
        message = _("从 {origin} 退不到 {target}：到 {origin} 以前走不到它").format(
            origin=origin, target=target
        )
        yield source.problem(message, "edges", number, "back_to", position)
    for name, state in definition.states.items():
        if name not in reached:
            yield source.problem(_("从起始状态走不到这个状态"), "states", name)
        elif name not in ending:
            message = _("走到这里就出不去了，没有路通向终结状态：{path}").format(path=graph.path_to(name))
            yield source.problem(message, "states", name)
        elif not state.final:
            for answers in _stuck(definition, name, graph):
                message = _("{answers}时，在这个状态没有可走的路：{path}")
                message = message.format(answers=answers, path=graph.path_to(name))
                yield source.problem(message, "states", name)


def _stuck(definition: Definition, state: str, graph: Graph) -> Iterator[str]:
    """The answers to conditions for which no edge leaves the state; what an act says is for its actor to choose."""
    leaving = [_of_the_case(edge) for edge in definition.edges if graph.is_left_by(edge, state)]
    names = sorted({split_condition(literal)[0] for edge in leaving for literal in edge.when})
    for values in product((True, False), repeat=len(names)):
        answers = dict(zip(names, values, strict=True))
        fits = any(
            all(answers[name] is wanted for name, wanted in map(split_condition, edge.when))
            for edge in leaving
        )
        if not fits:
            words = (
                CONDITIONS[name].title if value else CONDITIONS[name].opposite
                for name, value in answers.items()
            )
            yield joined(_(word) for word in words)


def _of_the_case(edge: Edge) -> Edge:
    """The edge without the conditions that the act itself answers."""
    when = tuple(literal for literal in edge.when if not CONDITIONS[split_condition(literal)[0]].asks)
    return edge.model_copy(update={"when": when})
