"""Where a webhook may lead: https, and to no machine of the office's own network but those that the site names.

Judged twice: as it is written when it is added, and by the numeric addresses that its name stands for, each time before a
connection is made to exactly those (a name may lead elsewhere the second time: DNS rebinding).
"""

import socket
from collections.abc import Collection
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from urllib.parse import urlsplit

from mediation.errors import Faults
from mediation.language import _

_MOST = 500
_PORTS = {"https": 443, "http": 80}
_INSIDE = tuple(
    ip_network(one)
    for one in (
        "127.0.0.0/8",
        "::1/128",
        "10.0.0.0/8",
        "172.16.0.0/12",
        "192.168.0.0/16",
        "100.64.0.0/10",
        "fc00::/7",
    )
)
"""This machine and private networks (RFC 1918, 6598, 4193): called only if the site names the host."""
_NAT64 = ip_network("64:ff9b::/96")


class NotAllowed(Exception):
    """This address is not called."""


@dataclass(frozen=True, slots=True)
class Target:
    """A parsed address. `path` has the query with it."""

    scheme: str
    host: str
    port: int
    path: str

    @property
    def named(self) -> str:
        """As the Host header has it."""
        bare = f"[{self.host}]" if ":" in self.host else self.host
        return bare if self.port == _PORTS[self.scheme] else f"{bare}:{self.port}"


def read_target(address: str, inside: Collection[str], faults: Faults) -> Target | None:
    """The address parsed, or everything that is wrong with it noted. `inside`: hosts of the own network that the site names."""
    try:
        target = _parsed(address)
    except ValueError:
        faults.add(_("应当是 https:// 开头的完整地址，最多 {most} 个字").format(most=_MOST), "address")
        return None
    if "@" in urlsplit(address).netloc:
        faults.add(_("地址里不能写用户名和口令"), "address")
    if "#" in address:
        faults.add(_("地址里不能有 #"), "address")
    literal = _literal(target.host)
    if target.scheme == "http" and not _is_loopback(target.host):
        faults.add(_("只有本机可以用 http://，其他地址要用 https://"), "address")
    elif (target.host == "localhost" and target.host not in inside) or (
        literal is not None and not may_be_called(literal, named=target.host in inside)
    ):
        message = _("{host} 是内部网络的地址：部署单位在 site.yaml 的 webhooks.inside 里写明以后才能用")
        faults.add(message.format(host=target.host), "address")
    return target


def numeric_addresses(target: Target, inside: Collection[str]) -> list[str]:
    """What the host stands for now, each of which may be called. Raises NotAllowed if one may not; OSError if it is unknown."""
    found = socket.getaddrinfo(target.host, target.port, type=socket.SOCK_STREAM)
    numeric = list(dict.fromkeys(str(one[4][0]) for one in found))
    named = target.host in inside
    for one in numeric:
        address = ip_address(one.partition("%")[0])
        if not may_be_called(address, named=named) or (
            target.scheme == "http" and not _plain(address).is_loopback
        ):
            raise NotAllowed
    return numeric


def may_be_called(address: IPv4Address | IPv6Address, *, named: bool) -> bool:
    """Whether a connection may be made: public addresses always, inner ones if the site names the host.

    Never: link-local ones (where clouds keep their keys), multicast, unspecified, reserved, whatever stands in site.yaml.
    """
    bare = _plain(address)
    if any(bare in network for network in _INSIDE):
        return named
    return bare.is_global and not bare.is_multicast and not getattr(bare, "is_site_local", False)


def _plain(address: IPv4Address | IPv6Address) -> IPv4Address | IPv6Address:
    """The IPv4 address that an IPv6 address carries, if it carries one."""
    if isinstance(address, IPv4Address):
        return address
    if address.ipv4_mapped is not None:
        return address.ipv4_mapped
    if address.sixtofour is not None:
        return address.sixtofour
    if address in _NAT64:
        return IPv4Address(int(address) & 0xFFFFFFFF)
    return address


def _parsed(address: str) -> Target:
    if len(address) > _MOST or not address.isascii() or any(not "!" <= one <= "~" for one in address):
        raise ValueError(address)
    parts = urlsplit(address)
    host = (parts.hostname or "").rstrip(".")
    if parts.scheme not in _PORTS or not host or "\\" in address:
        raise ValueError(address)
    path = parts.path or "/"
    port = parts.port if parts.port is not None else _PORTS[parts.scheme]
    return Target(parts.scheme, host, port, f"{path}?{parts.query}" if parts.query else path)


def _literal(host: str) -> IPv4Address | IPv6Address | None:
    try:
        return ip_address(host.partition("%")[0])
    except ValueError:
        return None


def _is_loopback(host: str) -> bool:
    literal = _literal(host)
    return host == "localhost" if literal is None else literal.is_loopback
