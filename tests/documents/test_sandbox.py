"""What somebody who writes templates would try: to reach out of the sandbox, to stop the server, to print what is not theirs."""

import time
from typing import Any

import pytest

from mediation.documents.composing import compose, templates
from mediation.documents.forms import load_forms
from mediation.documents.sandbox import Sandbox
from mediation.errors import DocumentError
from mediation.notices.composing import TemplateFault, check_template
from mediation.notices.composing import compose as compose_notice
from tests.documents.conftest import agreement_sample

MOST_SECONDS = 3.0
REACHING = [
    "{{ name.__class__ }}",
    "{{ name['__class__'] }}",
    "{{ name.__init__.__globals__ }}",
    "{{ name.__doc__ }}",
    "{{ ''.__class__.__mro__[1].__subclasses__() }}",
    "{{ [].__class__.__base__ }}",
    "{{ {}.__class__.__bases__[0] }}",
    "{{ ().__class__.__mro__ }}",
    "{{ 1.__class__ }}",
    "{{ (1).real.__class__ }}",
    "{{ none.__class__ }}",
    "{{ case.__class__.__name__ }}",
    "{{ case.keys.__self__ }}",
    "{{ case.get('a') }}",
    "{{ case.setdefault('b', 2) }}",
    "{{ case.pop('a') }}",
    "{{ case.__setitem__('a', 2) }}",
    "{{ items.append(1) }}",
    "{{ items.__len__() }}",
    "{{ name.encode() }}",
    "{{ name.format_map(case) }}",
    "{{ '{0.__class__}'.format(name) }}",
    "{{ '{0[__class__]}'.format(case) }}",
    "{{ '%s' % name }}",
    "{{ name.translate(case) }}",
    "{{ name.join(items) }}",
    "{{ self.__init__ }}",
    "{{ self.__class__.__init__.__globals__ }}",
    "{{ self._TemplateReference__context.environment }}",
    "{{ loop }}{% for x in items %}{{ loop.__init__.__globals__ }}{% endfor %}",
    "{% for x in words %}{{ loop._iterator }}{% endfor %}",
    "{% for x in words %}{{ loop.__class__ }}{% endfor %}",
    "{% macro m() %}{% endmacro %}{{ m.__init__ }}",
    "{% macro m() %}{% endmacro %}{{ m._environment }}",
    "{% macro m() %}{{ caller.__globals__ }}{% endmacro %}{% call m() %}{% endcall %}",
    "{% macro m() %}{{ varargs.__class__ }}{% endmacro %}{{ m() }}",
    "{{ cycler.__init__.__globals__.os }}",
    "{{ joiner.__init__ }}",
    "{{ namespace().__class__ }}",
    "{{ lipsum.__globals__['os'].popen('id') }}",
    "{{ url_for.__globals__ }}",
    "{{ request.application }}",
    "{{ config.items() }}",
    "{{ get_flashed_messages.__globals__ }}",
    "{{ dict(a=1) }}",
    "{{ environment }}",
    "{{ context }}",
    "{{ __import__('os') }}",
    "{{ open('/etc/passwd') }}",
    "{% include '/etc/passwd' %}",
    "{% include '../../../etc/passwd' %}",
    "{% include name %}",
    "{% extends '/etc/passwd' %}",
    "{% import 'os' as os %}{{ os.environ }}",
    "{% from 'os' import environ %}{{ environ }}",
    "{{ name|attr('__class__') }}",
    "{{ name|map(attribute='__class__')|list }}",
    "{{ name|pprint }}",
    "{{ name|safe }}",
    "{{ name|format(1) }}",
    "{{ name|groupby('x') }}",
    "{{ case|tojson }}",
    "{{ case|xmlattr }}",
    "{{ items|selectattr('__class__')|first }}",
    "{% autoescape false %}{{ markup }}{% endautoescape %}",
    "{% filter safe %}{{ markup }}{% endfilter %}",
    "{% do items.append(1) %}",
    "{% debug %}",
    "{% trans %}{{ name }}{% endtrans %}",
    "{% set case.a = 2 %}",
    "{% set ns.a = 2 %}",
]
_TEN = "".join(f"{{% for a{depth} in ten %}}" for depth in range(12)) + "{% endfor %}" * 12
_DOUBLED = "".join(
    f"{{% macro m{n}() %}}{{{{ m{n - 1}() }}}}{{{{ m{n - 1}() }}}}{{% endmacro %}}" for n in range(1, 41)
)
STOPPING = [
    "{{ 'x' * 1000000000 }}",
    "{{ 1000000000 * 'x' }}",
    "{{ [0] * 1000000000 }}",
    "{{ 9 ** 9 ** 9 }}",
    "{{ 2 ** 100000000 }}",
    "{{ '%09999999999d' % 1 }}",
    "{{ '%.9999999999f' % 1 }}",
    "{{ ('%%' * 9)|length % 1 + name }}",
    "{{ '{:>9999999999}'.format(name) }}",
    "{{ name.ljust(9999999999) }}",
    "{{ name.zfill(9999999999) }}",
    "{{ name.center(9999999999) }}",
    "{{ name.replace('', name) }}",
    "{{ name.expandtabs(999999999) }}",
    "{% for a in range(999999999) %}{% endfor %}",
    _TEN,
    "{% for a in words recursive %}{{ loop(words) }}{% endfor %}",
    "{% macro m() %}{{ m() }}{{ m() }}{% endmacro %}{{ m() }}",
    "{% macro m0() %}x{% endmacro %}" + _DOUBLED + "{{ m40() }}",
    "{% set s = 'xxxxxxxxxxxxxxxx' %}" + "{% set s = s + s %}" * 60 + "{{ s }}",
    "{% set s = 'xxxxxxxxxxxxxxxx' %}" + "{% set s = s ~ s %}" * 60 + "{{ s }}",
    "{% set s = 'xxxxxxxxxxxxxxxx' %}" + "{% set s %}{{ s }}{{ s }}{% endset %}" * 60 + "{{ s }}",
    "{% set s = 'xxxxxxxxxxxxxxxx' %}" + "{% set s = ten|join(s) %}" * 60 + "{{ s }}",
    "{% set s = ['x'] %}" + "{% set s = [s, s] %}" * 60 + "{{ s }}",
    "{% set a = ['x'] %}{% set b = ['x'] %}"
    + "{% set a = (a, a) %}{% set b = (b, b) %}" * 60
    + "{{ a == b }}",
    "{% set n = 999999999 %}" + "{% set n = n * n %}" * 60 + "{{ n }}",
    "{{ " + "9" * 5000 + " }}",
    "{% include 'body.html' %}{% include 'body.html' %}",
    "{% block a %}{{ self.a() }}{{ self.a() }}{% endblock %}",
    "{% for a in ten %}{% for b in ten %}{% for c in ten %}{% for d in ten %}{{ name }}"
    + "{% endfor %}" * 4
    + "x" * 100_000,
    "{% for a in ten %}{% for b in ten %}{% for c in ten %}" + "x" * 100_000 + "{% endfor %}" * 3,
]


def fill(text: str) -> str:
    context = {
        "name": "甲" * 1000,
        "markup": "<b>",
        "case": {"a": 0},
        "items": [],
        "words": ["甲"],
        "ten": list("0123456789"),
    }
    return compose(str(hash(text)), {"body.html": text}, context)


@pytest.mark.parametrize("template", REACHING)
def test_template_that_reaches_out_is_refused(template: str) -> None:
    with pytest.raises(DocumentError):
        fill(template)


@pytest.mark.parametrize("template", STOPPING, ids=range(len(STOPPING)))
def test_template_that_would_stop_the_server_is_refused_at_once(template: str) -> None:
    began = time.thread_time()
    with pytest.raises(DocumentError):
        fill(template)
    assert time.thread_time() - began < MOST_SECONDS


@pytest.mark.parametrize("template", [*REACHING, *STOPPING], ids=range(len(REACHING) + len(STOPPING)))
def test_notice_is_as_narrow(template: str) -> None:
    """Notices are composed in the server itself."""
    from mediation.notices.facts import NoticeFacts

    facts: Any = NoticeFacts.model_construct(sample=True)
    began = time.thread_time()
    with pytest.raises(TemplateFault):
        compose_notice({"subject.txt": "甲", "body.txt": template.replace("body.html", "body.txt")}, facts)
    assert time.thread_time() - began < MOST_SECONDS


@pytest.mark.parametrize(
    ("template", "told"),
    [
        ("{{ 'a' ~ 'b' }}", "join"),
        ("{% autoescape false %}x{% endautoescape %}", "转义"),
    ],
)
def test_what_the_language_lacks_is_told_where_it_is_read(template: str, told: str) -> None:
    fault = check_template({"body.txt": template}, "body.txt")
    assert fault is not None
    assert (told in fault.message, fault.line) == (True, template.count("\n") + 1)


def test_what_papers_need_is_there() -> None:
    text = (
        '{% set titles = {"a": "甲", "b": "乙"} %}{% macro row(one, count=1) %}{{ loop_of(one) }}{{ count + 1 }}{% endmacro %}'
        "{% macro loop_of(one) %}{{ titles[one] }}{% endmacro %}"
        '{% for one in ["a", "b"] %}{{ loop.index }}{{ row(one, 2 * 3) }}{{ "、" if not loop.last }}{% endfor %}'
        '{{ words|join("，") }}{{ (ten|length - 1) // 2 }}{{ ten[2:4]|join("") }}'
    )
    assert (
        fill('{% for what, value in [("标题", case.a), ("名", 1)] %}{{ what }}{{ value }}{% endfor %}')
        == '标题<span class="whole">0名</span>1'
    )
    assert fill(text) == (
        '<span class="whole">1甲</span>7、<span class="whole">2乙</span><span class="whole">7甲</span>423'
    )


def test_every_shipped_form_stays_far_below_the_measure(monkeypatch: pytest.MonkeyPatch) -> None:
    taken: list[int] = []
    monkeypatch.setattr(Sandbox, "step", lambda _self, cost: taken.append(cost))
    for form in load_forms().values():
        taken.clear()
        plain = form.sample.model_dump(mode="json")
        context = {**plain, "sample": True, "title": form.title, "qr": ""}
        templates(form.files).get_template("body.html").render(context)
        assert 0 < sum(taken) < 2_000, form.name
    assert agreement_sample()["form"] == "agreement"
