from __future__ import annotations

import pytest

from hil.link.upload import UploadWindow

ALL = 0xFFFFFFFF  # of the 32 chunks that are told of


def send_all(window):
    """Sends every chunk that may be sent; returns their order."""
    order = []
    while (index := window.next_unsent()) is not None:
        order.append(index)
        window.sent(index)
    return order


@pytest.mark.parametrize(
    ("size", "chunks"), [(1, 1), (1536, 1), (1537, 2), (9216, 6), (65535 * 1536, 65535)]
)
def test_a_sample_is_cut_into_chunks(size, chunks):
    assert UploadWindow(size, 1536).count == chunks


@pytest.mark.parametrize("size", [0, 65535 * 1536 + 1])
def test_a_sample_needs_1_to_65535_chunks(size):
    with pytest.raises(ValueError, match="1 to 65535"):
        UploadWindow(size, 1536)


def test_chunks_are_sent_in_order():
    window = UploadWindow(9216, 1536)
    assert send_all(window) == [0, 1, 2, 3, 4, 5]
    assert window.all_sent


def test_the_board_tells_what_arrived():
    window = UploadWindow(9216, 1536)
    send_all(window)
    assert window.update(2, 0b1101) == [0, 1, 3]
    assert window.arrived == 3
    assert window.update(2, 0b0001) == [4, 5]
    assert window.all_sent  # chunk 2 is on its way; whether it is lost is not decided here


def test_all_have_arrived_when_none_is_missing():
    window = UploadWindow(9216, 1536)
    send_all(window)
    assert window.update(6, 0) == [0, 1, 2, 3, 4, 5]


def test_a_chunk_that_the_board_lost_is_sent_again():
    window = UploadWindow(9216, 1536)
    send_all(window)
    window.update(6, 0)
    assert window.takes_back(3, 0b001)
    window.update(3, 0b001)
    assert window.next_unsent() == 3


def test_a_board_that_misses_what_is_on_its_way_takes_nothing_back():
    window = UploadWindow(9216, 1536)
    send_all(window)
    window.update(1, 0b11111)
    assert not window.takes_back(1, 0b11111)
    assert window.takes_back(0, 0b111111)


def test_a_refused_chunk_is_sent_again_but_one_that_arrived_is_not():
    window = UploadWindow(9216, 1536)
    send_all(window)
    window.update(1, 0b11111)
    window.refused(0)
    window.refused(4)
    assert window.next_unsent() == 4


def test_a_resumed_upload_skips_what_the_board_has():
    window = UploadWindow(9216, 1536)
    window.update(0, 0b100001)
    assert send_all(window) == [0, 5]


def test_no_chunk_is_sent_that_the_board_would_not_keep():
    window = UploadWindow(40 * 1536, 1536)
    assert send_all(window) == list(range(32))
    assert not window.all_sent
    window.update(0, 0b1)  # the first was lost
    assert send_all(window) == []
    window.update(32, ALL)
    assert send_all(window) == list(range(32, 40))


def test_what_is_not_told_of_counts_as_missing():
    window = UploadWindow(70 * 1536, 1536)
    send_all(window)
    window.update(32, ALL)
    send_all(window)
    window.update(64, ALL)
    assert window.arrived == 64
    window.update(0, ALL)  # the board has restarted: of those from 32 on it says nothing
    assert window.arrived == 0
    assert send_all(window) == list(range(32))


def test_a_large_sample_is_uploaded_in_turns():
    window = UploadWindow(1000 * 1536, 1536)
    order = []
    while not window.all_sent:
        order += send_all(window)
        window.update(order[-1] + 1, ALL)
    assert order == list(range(1000))
    assert window.arrived == 1000
