"""Shapes of datagrams: the same layout is found, another one never is."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from radius.packet import Malformed, parse
from radius.shape import SAME_SIZE, Shape, Shapes
from tests.radius.vectors import G1, attribute, build


def learn(shapes: Shapes, datagram: bytes) -> None:
    seen = parse(datagram)
    shapes.learn(seen.octets, seen.attributes, seen.seal_at)


def test_the_same_layout_gives_its_values() -> None:
    shapes = Shapes()
    learn(shapes, build(1, 1, attribute(1, b"nemo") + attribute(44, b"") + attribute(32, b"hotel")))
    shape = shapes.find(build(1, 9, attribute(1, b"anna") + attribute(44, b"") + attribute(32, b"pier1")))
    assert shape is not None
    assert shape.kinds == (0, 1, 44, 32)
    assert shape.unpack(build(1, 9, attribute(1, b"anna") + attribute(44, b"") + attribute(32, b"pier1"))) == (
        b"", b"anna", b"", b"pier1",
    )  # fmt: skip


def test_another_layout_of_the_same_length_is_another_shape() -> None:
    shapes = Shapes()
    learn(shapes, build(1, 1, attribute(1, b"nemo") + attribute(32, b"hotel")))
    assert shapes.find(build(1, 1, attribute(1, b"annie") + attribute(32, b"pier"))) is None
    assert shapes.find(build(1, 1, attribute(2, b"nemo") + attribute(32, b"hotel"))) is None
    assert shapes.find(build(1, 1, attribute(1, b"nemo") + attribute(32, b"hotel")) + b"\0") is None


@given(st.data())
def test_a_bent_packet_is_read_as_if_no_shape_were_known(data: st.DataObject) -> None:
    shapes = Shapes()
    learn(shapes, G1)
    bent = bytearray(G1)
    for _ in range(data.draw(st.integers(0, 3))):
        bent[data.draw(st.integers(0, len(G1) - 1))] = data.draw(st.integers(0, 255))
    shape = shapes.find(bytes(bent))
    if shape is not None:  # then walking it finds just the same
        walked = parse(bytes(bent))
        assert list(zip(shape.kinds, shape.unpack(bytes(bent)), strict=True))[1:] == walked.attributes
        assert shape.seal_at == walked.seal_at
        return
    try:
        walked = parse(bytes(bent))
    except Malformed:
        return
    assert Shape(walked.octets, walked.attributes, walked.seal_at).expected != Shape(
        G1, parse(G1).attributes, parse(G1).seal_at
    ).expected or len(walked.octets) != len(G1)


def test_they_are_bounded() -> None:
    shapes = Shapes(most=10)
    for kind in range(1, 20):
        learn(shapes, build(1, 1, attribute(kind, b"four")))
        assert len(shapes) <= SAME_SIZE
    for size in range(40):
        learn(shapes, build(1, 1, attribute(1, bytes(size))))
        assert len(shapes) <= 10
