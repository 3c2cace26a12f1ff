#!/usr/bin/env python3
"""Draws icon.png: two nodes, the edge between them, and the boundary it crosses. Standard library only."""

import math
import struct
import zlib
from pathlib import Path

SIZE = 512
SAMPLES = 3  # per axis, for smooth edges
PAPER, INK, MARK = (247, 245, 240), (35, 48, 68), (214, 93, 46)
LEFT, RIGHT, RADIUS = (136, 336), (376, 176), 62


def distance_to_segment(x, y, a, b):
    ax, ay, bx, by = *a, *b
    t = ((x - ax) * (bx - ax) + (y - ay) * (by - ay)) / ((bx - ax) ** 2 + (by - ay) ** 2)
    t = max(0.0, min(1.0, t))
    return math.hypot(x - ax - t * (bx - ax), y - ay - t * (by - ay))


def colour(x, y):
    if math.hypot(x - LEFT[0], y - LEFT[1]) < RADIUS or math.hypot(x - RIGHT[0], y - RIGHT[1]) < RADIUS:
        return INK
    if math.hypot(x - 256, y - 256) < 30:
        return MARK
    if distance_to_segment(x, y, LEFT, RIGHT) < 11:
        return INK
    # the boundary: a dashed line from corner to corner, across the edge
    along, across = (x + y * 1.5) / 1.803, abs(x * 1.5 - y - 128) / 1.803
    if across < 8 and along % 56 < 34 and 40 < y < 462:
        return MARK
    return PAPER


def pixel(column, row):
    total = [0, 0, 0]
    for i in range(SAMPLES):
        for j in range(SAMPLES):
            sample = colour(column + (i + 0.5) / SAMPLES, row + (j + 0.5) / SAMPLES)
            total = [t + s for t, s in zip(total, sample)]
    return bytes(t // SAMPLES**2 for t in total)


def chunk(kind, data):
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def main():
    rows = b"".join(b"\0" + b"".join(pixel(c, r) for c in range(SIZE)) for r in range(SIZE))
    header = struct.pack(">IIBBBBB", SIZE, SIZE, 8, 2, 0, 0, 0)
    png = b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(rows, 9)) + chunk(b"IEND", b"")
    Path(__file__).with_name("icon.png").write_bytes(png)


if __name__ == "__main__":
    main()
