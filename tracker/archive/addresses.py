"""Which hosts and addresses may be asked for a page.

The software runs inside somebody's network, and staff paste addresses that others gave them. So it speaks only with addresses
of the public internet: IANA's special-purpose registries (RFC 6890 and what came after it) are out, and so are the addresses at which
clouds hand secrets to their machines. Pure: nothing here resolves or connects.
"""

import ipaddress
import re
from collections.abc import Iterable

import idna

_ODD_NUMBER = re.compile(r"(?:0x[0-9a-f]*|[0-9]+)", re.ASCII)
_LABEL = re.compile(r"[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?", re.ASCII)

_PUBLIC_6 = ipaddress.IPv6Network("2000::/3")
_NAT64 = ipaddress.IPv6Network("64:ff9b::/96")
_REFUSED: tuple[tuple[str, ipaddress.IPv4Network | ipaddress.IPv6Network], ...] = tuple(
    (kind, ipaddress.ip_network(network))
    for kind, network in (
        ("unspecified", "0.0.0.0/8"),
        ("private", "10.0.0.0/8"),
        ("shared by a provider's customers", "100.64.0.0/10"),
        ("loopback", "127.0.0.0/8"),
        ("link-local", "169.254.0.0/16"),  # 169.254.169.254: the metadata of most clouds
        ("private", "172.16.0.0/12"),
        ("reserved", "192.0.0.0/24"),  # 192.0.0.192: Oracle's metadata
        ("reserved", "192.0.2.0/24"),
        ("reserved", "192.31.196.0/24"),
        ("reserved", "192.52.193.0/24"),
        ("reserved", "192.88.99.0/24"),
        ("private", "192.168.0.0/16"),
        ("reserved", "192.175.48.0/24"),
        ("reserved", "198.18.0.0/15"),
        ("reserved", "198.51.100.0/24"),
        ("reserved", "203.0.113.0/24"),
        ("a cloud's own", "168.63.129.16/32"),  # Azure's metadata, although the address is a public one
        ("multicast", "224.0.0.0/4"),
        ("reserved", "240.0.0.0/4"),
        ("unspecified", "::/128"),
        ("loopback", "::1/128"),
        ("private", "fc00::/7"),  # fd00:ec2::254: Amazon's metadata
        ("link-local", "fe80::/10"),
        ("private", "fec0::/10"),
        ("multicast", "ff00::/8"),
        ("reserved", "2001::/23"),  # Teredo, ORCHID, benchmarking
        ("reserved", "2001:db8::/32"),
        ("reserved", "2002::/16"),  # 6to4: an IPv4 address in disguise, which nobody routes any more
        ("reserved", "2620:4f:8000::/48"),
        ("reserved", "3fff::/20"),
    )
)


def why_not(address: str) -> str:
    """What kind of address it is, if pages may not be fetched from it ("private", "loopback", ...); "" for a public one.

    An IPv4 address inside an IPv6 one (mapped, or through NAT64) is judged by what is inside.
    """
    try:
        found = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return "unknown"
    if isinstance(found, ipaddress.IPv6Address):
        if "%" in address:
            return "link-local"
        if found.ipv4_mapped:
            return why_not(str(found.ipv4_mapped))
        if found in _NAT64:
            return why_not(str(ipaddress.IPv4Address(int(found) & 0xFFFFFFFF)))
    for kind, network in _REFUSED:
        if found.version == network.version and found in network:
            return kind
    if isinstance(found, ipaddress.IPv6Address) and found not in _PUBLIC_6:
        return "reserved"
    # Python's own list may be newer than ours.
    return "" if found.is_global else "reserved"


def host_name(host: str) -> str | None:
    """A host as it stands in an address, written the one way that DNS, TLS and we use; None if it is no host at all.

    Names in other scripts become ASCII (UTS 46), capitals and one final dot go, IPv6 loses its brackets. Whatever a resolver might take
    for an IPv4 address although it isn't written as one (127.1, 0x7f.1, 2130706433) is no host.
    """
    if host.startswith("[") or ":" in host:
        inside = host[1:-1] if host.startswith("[") and host.endswith("]") else host
        try:
            return str(ipaddress.IPv6Address(inside)) if "%" not in inside else None
        except ValueError:
            return None
    if not host.isascii():
        try:
            host = idna.encode(host, uts46=True).decode()
        except (idna.IDNAError, UnicodeError):
            return None
    host = host.lower().removesuffix(".")
    labels = host.split(".")
    if len(host) > 253 or not all(_LABEL.fullmatch(label) for label in labels):
        return None
    if _ODD_NUMBER.fullmatch(labels[-1]):
        try:
            return str(ipaddress.IPv4Address(host))
        except ValueError:
            return None
    return host


def is_allowed(host: str, port: int, allowed: Iterable[str]) -> bool:
    """Whether a host (as `host_name` gives it) was excepted by name: `name` for all its ports, `name:port` for one, `[::1]:port` for IPv6."""
    for place in allowed:
        name, found_port = place, ""
        if match := re.fullmatch(r"(\[[^\]]*\]|[^:]*):([0-9]{1,5})", place):
            name, found_port = match.groups()
        if host_name(name) == host and (not found_port or int(found_port) == port):
            return True
    return False
