"""Where a webhook may lead: no inner address that the site has not named, however it is written."""

import socket
from ipaddress import ip_address

import pytest

from mediation.errors import Faults
from mediation.webhooks.addresses import NotAllowed, may_be_called, numeric_addresses, read_target


def faults_of(address, inside=()):
    faults = Faults()
    read_target(address, inside, faults)
    return [one.message for one in faults.problems]


@pytest.mark.parametrize(
    "address", ["https://hooks.example/a?b=c", "https://hooks.example:8443", "https://8.8.8.8/x"]
)
def test_public_https_address_is_taken(address):
    assert faults_of(address) == []


@pytest.mark.parametrize(
    "address",
    [
        "",
        "hooks.example",
        "ftp://hooks.example/",
        "file:///etc/passwd",
        "gopher://127.0.0.1:6379/",
        "https://",
        "https:///x",
        "https://hooks.example:99999/",
        "https://hooks.example/\r\nX: y",
        "https://hooks.example/ ",
        "https://示例.example/",
        "https://hooks.example\\@127.0.0.1/",
        "https://hooks.example/" + "x" * 500,
    ],
)
def test_what_is_no_whole_address_is_refused(address):
    assert [one.startswith("应当是 https:// 开头") for one in faults_of(address)] == [True]


@pytest.mark.parametrize(
    ("address", "begins"),
    [
        ("http://hooks.example/", "只有本机可以用"),
        ("http://10.0.0.5/", "只有本机可以用"),
        ("https://user:word@hooks.example/", "地址里不能写用户"),
        ("https://@hooks.example/", "地址里不能写用户"),
        ("https://hooks.example/#x", "地址里不能有 #"),
        ("https://localhost/", "localhost 是内部"),
        ("http://127.0.0.1:6379/", "127.0.0.1 是内部"),
        ("https://10.1.2.3/", "10.1.2.3 是内部网"),
        ("https://[::1]/", "::1 是内部网络的"),
        ("https://[::ffff:127.0.0.1]/", "::ffff:127.0.0.1"),
        ("https://169.254.169.254/latest/", "169.254.169.254 "),
    ],
)
def test_address_that_is_whole_but_not_allowed_is_refused_with_the_reason(address, begins):
    assert [one.startswith(begins) for one in faults_of(address)] == [True]


@pytest.mark.parametrize("inside", [["127.0.0.1"], ["localhost"], ["10.1.2.3"]])
def test_inner_host_is_taken_when_the_site_names_it(inside):
    scheme = "https" if inside == ["10.1.2.3"] else "http"
    assert faults_of(f"{scheme}://{inside[0]}:8099/", inside) == []


PUBLIC = ["8.8.8.8", "203.0.114.1", "2606:4700::1111"]
INNER = [
    "127.0.0.1",
    "127.255.0.1",
    "10.0.0.1",
    "172.16.0.1",
    "172.31.255.255",
    "192.168.1.1",
    "100.64.0.1",
    "::1",
    "fd00::1",
    "::ffff:10.0.0.1",
    "2002:7f00:1::",
    "64:ff9b::7f00:1",
]
NEVER = [
    "0.0.0.0",  # noqa: S104  nothing is bound to it
    "169.254.169.254",
    "::ffff:169.254.169.254",
    "64:ff9b::a9fe:a9fe",
    "fe80::1",
    "fec0::1",
    "224.0.0.1",
    "ff02::1",
    "255.255.255.255",
    "240.0.0.1",
    "192.0.2.1",
    "198.18.0.1",
    "::",
    "2001:db8::1",
]


@pytest.mark.parametrize(
    ("numeric", "plainly", "named"),
    [
        *((one, True, True) for one in PUBLIC),
        *((one, False, True) for one in INNER),
        *((one, False, False) for one in NEVER),
    ],
)
def test_numeric_address_is_called_or_not(numeric, plainly, named):
    address = ip_address(numeric)
    assert (may_be_called(address, named=False), may_be_called(address, named=True)) == (plainly, named)


@pytest.mark.parametrize("host", ["2130706433", "0x7f000001", "127.1", "localhost"])
def test_other_ways_of_writing_this_machine_are_judged_by_where_they_lead(host):
    faults = Faults()
    target = read_target(f"https://{host}/", [], faults)
    with pytest.raises(NotAllowed):
        numeric_addresses(target, [])


def test_name_that_leads_to_an_inner_address_among_others_is_not_called(monkeypatch):
    """What a rebinding name server would answer: the look-up before each call is what counts."""
    answers = [["8.8.8.8"], ["8.8.8.8", "10.0.0.1"]]

    def look_up(_host, port, **_more):
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (one, port)) for one in answers.pop(0)]

    monkeypatch.setattr(socket, "getaddrinfo", look_up)
    target = read_target("https://hooks.example/", [], Faults())
    assert numeric_addresses(target, []) == ["8.8.8.8"]
    with pytest.raises(NotAllowed):
        numeric_addresses(target, [])


def test_plain_http_goes_to_this_machine_only_whatever_its_name_stands_for(monkeypatch):
    monkeypatch.setattr(
        socket,
        "getaddrinfo",
        lambda _host, port, **_more: [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("10.0.0.1", port))],
    )
    target = read_target("http://localhost:8099/", ["localhost"], Faults())
    with pytest.raises(NotAllowed):
        numeric_addresses(target, ["localhost"])
