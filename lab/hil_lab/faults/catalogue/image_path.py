"""The image changes between the host and the input tensor."""

from __future__ import annotations

from hil_lab.faults.fault import Area, Expect, Fault, SourcePatch, failure

_MOST_BYTES = 65536  # of an image
_FEED = "    status = engine_.SetInput(i, network_.InputOf(job_.sample->data, i));\n"
_CHANGED = f"""  static uint8_t changed[{_MOST_BYTES}];
  const Bytes input = network_.InputOf(job_.sample->data, i);
  const uint8_t* const image = input.data;
  const size_t size = input.size;
  const size_t columns = network_.map_image().columns;
  const size_t rows = network_.map_image().rows;
  %s
  (void)columns;
  (void)rows;
  status = engine_.SetInput(i, {{changed, size}});
"""


def _image(fault_id: str, title: str, body: str, expect: Expect) -> Fault:
    """`body` fills `changed` from `image`, both of `size` bytes, `rows` x `columns`."""
    patch = SourcePatch("core/inference.cpp", _FEED, _CHANGED % body)
    return Fault(fault_id, Area.IMAGE, title, (patch,), expect)


_LOOK_UP = "*line++ = tables[c][(2 * sums[c] + area) / (2 * area)];"


def _frame(
    fault_id: str, title: str, old: str, new: str, expect: Expect, *, network: str = ""
) -> Fault:
    """A mistake in making the input of a raw frame."""
    patch = SourcePatch("core/preprocess.cpp", old, new)
    return Fault(fault_id, Area.IMAGE, title, (patch,), expect, network=network)


def _colour(fault_id: str, title: str, old: str, new: str, diagnosis: str) -> Fault:
    """A mistake that only frames in colour show."""
    expect = failure(diagnosis, test="test_input_made_of")
    return _frame(fault_id, title, old, new, expect, network="colour")


def _moved(source: str) -> str:
    """Every pixel (r, c) is taken from elsewhere."""
    return (
        "for (size_t r = 0; r < rows; ++r) {\n"
        "    for (size_t c = 0; c < columns; ++c) {\n"
        f"      changed[r * columns + c] = image[{source}];\n"
        "    }\n  }"
    )


FAULTS = (
    _image(
        "input-offset-128",
        "pixels are taken as uint8: the offset of 128 is applied twice",
        "for (size_t n = 0; n < size; ++n) changed[n] = image[n] ^ 0x80;",
        failure("input.offset-missing", test="test_features"),
    ),
    _image(
        "input-transposed",
        "rows and columns of the image are swapped",
        _moved("c * columns + r"),
        failure("input.transposed", test="test_features"),
    ),
    _image(
        "input-mirrored",
        "the image is mirrored left to right, as sensors can be set to do",
        _moved("r * columns + (columns - 1 - c)"),
        failure("input.mirrored-x", test="test_features"),
    ),
    _image(
        "input-rotated",
        "the image is upside down: the camera is mounted that way",
        _moved("(rows - 1 - r) * columns + (columns - 1 - c)"),
        failure("input.rotated", test="test_features"),
    ),
    _image(
        "input-shifted",
        "the image starts four bytes late: a header is taken for pixels",
        "std::memset(changed, 0, 4);\n  std::memcpy(changed + 4, image, size - 4);",
        failure("input.shifted", test="test_features"),
    ),
    _image(
        "input-byte-dropped",
        "byte 1000 of the image is lost, and the rest moves up",
        "std::memcpy(changed, image, 1000);\n"
        "  std::memcpy(changed + 1000, image + 1001, size - 1001);\n"
        "  changed[size - 1] = 0;",
        failure("input.byte-dropped", test="test_features"),
    ),
    _image(
        "input-crlf",
        "a console driver puts CR before every LF of the image",
        "size_t to = 0;\n"
        "  for (size_t n = 0; n < size && to < size; ++n) {\n"
        "    if (image[n] == 0x0A) changed[to++] = 0x0D;\n"
        "    if (to < size) changed[to++] = image[n];\n"
        "  }",
        failure("input.cr-inserted", test="test_features"),
    ),
    _image(
        "input-previous",
        "the model runs on the image before this one: buffers are swapped too late",
        "static uint8_t kept[sizeof changed];\n"
        "  std::memcpy(changed, kept, size);\n"
        "  std::memcpy(kept, image, size);",
        failure("input.previous-image", "input.other-image", test="test_a_b_a"),
    ),
    _image(
        "input-last-chunk-missing",
        "the last chunk of the image never reaches the input tensor",
        "std::memset(changed, 0, size);\n  std::memcpy(changed, image, size - size % 1536);\n"
        "  if (size % 1536 == 0) std::memset(changed + size - 1536, 0, 1536);",
        failure("input.chunk-missing", "input.tail-missing", test="test_features"),
    ),
    _image(
        "input-half-contrast",
        "pixels are halved: scaled by 1/255 and quantized with 1/128",
        "for (size_t n = 0; n < size; ++n) {\n"
        "    changed[n] = static_cast<uint8_t>(static_cast<int8_t>(image[n]) / 2);\n  }",
        failure("input.halved", test="test_features"),
    ),
    _frame(
        "frame-crop-corner",
        "the frame is cut from its left edge, not from its middle",
        "region.left = (frame.columns - region.size.columns) / 2;",
        "region.left = 0;",
        failure("frame.crop", test="test_input_made_of"),
    ),
    _frame(
        "frame-crop-off-by-one",
        "the part that is cut out of the frame begins a column late",
        "region.left = (frame.columns - region.size.columns) / 2;",
        "region.left = (frame.columns - region.size.columns) / 2 + 1;",
        failure("frame.crop", test="test_input_made_of"),
    ),
    _frame(
        "frame-squashed",
        "the whole frame is scaled to the input's shape, without a cut",
        "region.size.columns = static_cast<uint32_t>(high / input.rows);",
        "region.size.columns = frame.columns;",
        failure("frame.crop", test="test_input_made_of"),
    ),
    _frame(
        "frame-rounding-down",
        "averages of pixels are cut to integers instead of rounded",
        "(2 * sums[c] + area) / (2 * area)",
        "sums[c] / area",
        failure("frame.rounding", test="test_input_made_of"),
    ),
    _frame(
        "frame-nearest",
        "the frame is scaled by leaving pixels out",
        _LOOK_UP,
        "(void)area;\n"
        "      const uint32_t at = columns.first() * PixelBytes(Pixel::kFormat);\n"
        "      uint8_t first[kChannels];\n"
        "      Pixel::Read(source.origin + rows.first() * source.pitch + at, first);\n"
        "      *line++ = tables[c][first[c]];",
        failure("frame.resize", test="test_input_made_of"),
    ),
    _frame(
        "frame-offset-missing",
        "pixels of a frame stay uint8: the contract's table is not used",
        _LOOK_UP,
        "(void)tables;\n      *line++ = static_cast<uint8_t>((2 * sums[c] + area) / (2 * area));",
        failure("frame.offset", test="test_input_made_of"),
    ),
    _colour(
        "frame-channels-swapped",
        "red and blue are swapped, as in libraries whose pixels are BGR",
        "to[0] = static_cast<uint8_t>(red << 3 | red >> 2);\n"
        "    to[1] = static_cast<uint8_t>(green << 2 | green >> 4);\n"
        "    to[2] = static_cast<uint8_t>(blue << 3 | blue >> 2);",
        "to[2] = static_cast<uint8_t>(red << 3 | red >> 2);\n"
        "    to[1] = static_cast<uint8_t>(green << 2 | green >> 4);\n"
        "    to[0] = static_cast<uint8_t>(blue << 3 | blue >> 2);",
        "frame.channels",
    ),
    _colour(
        "frame-bytes-swapped",
        "a pixel of two bytes is read as the chip reads numbers: the lower one first",
        "static void Read(const uint8_t* from, uint8_t* to) {\n    const uint32_t red",
        "static void Read(const uint8_t* sent, uint8_t* to) {\n"
        "    const uint8_t from[2] = {sent[1], sent[0]};\n    const uint32_t red",
        "frame.byte-order",
    ),
    _colour(
        "frame-bits-not-repeated",
        "5 and 6 bits of a colour are shifted up to 8, so that white is 248 and 252",
        "red << 3 | red >> 2);\n"
        "    to[1] = static_cast<uint8_t>(green << 2 | green >> 4);\n"
        "    to[2] = static_cast<uint8_t>(blue << 3 | blue >> 2);",
        "red << 3);\n"
        "    to[1] = static_cast<uint8_t>(green << 2);\n"
        "    to[2] = static_cast<uint8_t>(blue << 3);",
        "frame.expansion",
    ),
    Fault(
        "frame-one-table",
        Area.IMAGE,
        "all channels of a frame are looked up in the table of the first",
        (SourcePatch("core/preprocess.cpp", "tables[c][", "tables[0]["),),
        failure("frame.one-table", test="test_input_made_of"),
        network="colour",
        settings="[pixels]\nmean = [0, 0, 0]\nstd = [255, 300, 400]\n",
    ),
    Fault(
        "frame-table-early",
        Area.IMAGE,
        "the contract's table of pixels is read from the byte before it: off by one",
        (
            SourcePatch(
                "core/request_decoder.cpp",
                "to->tables[i] = from.image_input_tables_bstr256[i].value;",
                "to->tables[i] = from.image_input_tables_bstr256[i].value - 1;",
            ),
        ),
        failure("frame.table", test="test_input_made_of"),
    ),
    Fault(
        "frame-twice",
        Area.IMAGE,
        "a frame that is run again is cut and scaled again, though it is a tensor by then",
        (
            SourcePatch(
                "core/inference.cpp",
                "sample.stage == SampleStage::kFrame && !sample.preprocessed)",
                "sample.stage == SampleStage::kFrame)",
            ),
        ),
        failure(test="test_a_frame_that_the_board_still_holds"),
    ),
)
