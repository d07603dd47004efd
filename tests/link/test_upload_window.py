from __future__ import annotations

import pytest

from hil.link.upload import UploadWindow


def send_all(window):
    """Sends every chunk that is to be sent; returns their order."""
    order = []
    while (index := window.next_unsent()) is not None:
        order.append(index)
        window.sent(index)
    return order


@pytest.mark.parametrize(
    ("size", "chunks"), [(1, 1), (1536, 1), (1537, 2), (9216, 6), (64 * 1536, 64)]
)
def test_an_image_is_cut_into_chunks(size, chunks):
    assert UploadWindow(size, 1536).count == chunks


@pytest.mark.parametrize("size", [0, 64 * 1536 + 1])
def test_an_image_needs_1_to_64_chunks(size):
    with pytest.raises(ValueError, match="1 to 64"):
        UploadWindow(size, 1536)


def test_chunks_are_sent_in_order():
    window = UploadWindow(9216, 1536)
    assert send_all(window) == [0, 1, 2, 3, 4, 5]
    assert window.all_sent


def test_bitmap_tells_what_arrived():
    window = UploadWindow(9216, 1536)
    send_all(window)
    assert window.update(0b110100) == [0, 1, 3]
    assert window.arrived == 3
    assert window.update(0b000100) == [4, 5]
    assert window.all_sent  # chunk 2 is on its way; whether it is lost is not decided here


def test_a_chunk_that_the_board_lost_is_sent_again():
    window = UploadWindow(9216, 1536)
    send_all(window)
    window.update(0)
    window.update(0b001000)
    assert window.next_unsent() == 3


def test_a_refused_chunk_is_sent_again_but_one_that_arrived_is_not():
    window = UploadWindow(9216, 1536)
    send_all(window)
    window.update(0b111110)
    window.refused(0)
    window.refused(4)
    assert window.next_unsent() == 4


def test_a_resumed_upload_skips_what_the_board_has():
    window = UploadWindow(9216, 1536)
    window.update(0b100001)
    assert send_all(window) == [0, 5]
