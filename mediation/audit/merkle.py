"""One hash over a list of entries, made as they stream by, from which a proof for one entry stays possible.

A binary hash tree as in RFC 6962, section 2.1: leaf SHA-256(0x00 | entry), node SHA-256(0x01 | left | right); each
left subtree is the largest full one; the root of nothing is SHA-256 of nothing.
"""

import hashlib


class Tree:
    """Takes entries one by one and keeps only the roots of the full subtrees so far: log2 of their number."""

    def __init__(self) -> None:
        self._full: list[tuple[int, bytes]] = []

    def add(self, entry: bytes) -> None:
        height, node = 0, hashlib.sha256(b"\x00" + entry).digest()
        while self._full and self._full[-1][0] == height:
            node = _join(self._full.pop()[1], node)
            height += 1
        self._full.append((height, node))

    def root(self) -> str:
        """The root over the entries so far, as lower-case hexadecimal."""
        if not self._full:
            return hashlib.sha256().hexdigest()
        root = self._full[-1][1]
        for _height, left in reversed(self._full[:-1]):
            root = _join(left, root)
        return root.hex()


def _join(left: bytes, right: bytes) -> bytes:
    return hashlib.sha256(b"\x01" + left + right).digest()
