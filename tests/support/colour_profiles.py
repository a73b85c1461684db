"""ICC profiles as cameras and presses write them, small and made by hand."""

from __future__ import annotations

import struct

D50 = (0.9642, 1.0, 0.8249)
# Display P3, adapted to D50: what the screens and cameras of phones use
P3_PRIMARIES = (
    (0.51512, 0.24120, -0.00105),
    (0.29198, 0.69225, 0.04189),
    (0.15710, 0.06657, 0.78407),
)
SRGB_CURVE = (2.4, 1 / 1.055, 0.055 / 1.055, 1 / 12.92, 0.04045)


def display_p3() -> bytes:
    """Makes the profile of most photographs of today's phones."""
    names = b"rXYZ", b"gXYZ", b"bXYZ"
    tags = dict(zip(names, map(_xyz, P3_PRIMARIES), strict=True))
    curve = b"para" + bytes(4) + struct.pack(">HH", 3, 0) + _fixed(*SRGB_CURVE)
    tags |= dict.fromkeys((b"rTRC", b"gTRC", b"bTRC"), curve)
    return _profile(b"mntr", b"RGB ", b"XYZ ", tags)


def linear_grey() -> bytes:
    """Makes one of grey whose numbers are amounts of light."""
    return _profile(b"mntr", b"GRAY", b"XYZ ", {b"kTRC": b"curv" + bytes(8)})


def print_of_one_colour(lightness: int, a: int, b: int) -> bytes:
    """Makes that of a press that prints this colour (Lab) whatever ink it is given."""
    lab = bytes([round(lightness * 2.55), a + 128, b + 128])
    ramp = bytes(range(256))
    table = (
        b"mft1"
        + bytes(4)
        + bytes([4, 3, 2, 0])  # inks, numbers of Lab, points of the grid a side
        + _fixed(1, 0, 0, 0, 1, 0, 0, 0, 1)
        + 4 * ramp
        + 2**4 * lab
        + 3 * ramp
    )
    return _profile(b"prtr", b"CMYK", b"Lab ", dict.fromkeys((b"A2B0", b"A2B1", b"A2B2"), table))


def _fixed(*values: float) -> bytes:
    return struct.pack(f">{len(values)}i", *(round(value * 65536) for value in values))


def _xyz(values: tuple[float, ...]) -> bytes:
    return b"XYZ " + bytes(4) + _fixed(*values)


def _profile(
    kind: bytes, colours: bytes, connection_space: bytes, tags: dict[bytes, bytes]
) -> bytes:
    tags = {b"wtpt": _xyz(D50), **tags}
    table, body, offset = struct.pack(">I", len(tags)), b"", 128 + 4 + 12 * len(tags)
    for name, content in tags.items():
        table += name + struct.pack(">II", offset + len(body), len(content))
        body += content + bytes(-len(content) % 4)
    size = offset + len(body)
    head = struct.pack(
        ">I4sI4s4s4s12s4s", size, b"", 0x04200000, kind, colours, connection_space, b"", b"acsp"
    )
    head += bytes(28) + _fixed(*D50)
    return head.ljust(128, b"\0") + table + body
