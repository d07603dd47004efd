"""The known mistakes: id, what it is, and where to look. One place for all three."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from hil.facts.diagnosis import Finding


@dataclass(frozen=True, slots=True)
class Entry:
    """`title` may have parameters in braces, which the finding fills in."""

    title: str
    where_to_look: str


_PEAK = "the code that turns the map's maximum into a location (firmware/core/cam.cpp, FindPeak)"
_CENTRE = "the cell's centre in pixels (firmware/core/cam.cpp, CellCentre)"
_DECIDE = "threshold and location of a result (firmware/core/inference.cpp, EvaluateHead; cam.cpp)"
_KEPT = (
    "what a request or its decision leaves for the next (firmware/core/inference.cpp, Enqueue and "
    "EvaluateHead)"
)
_CAM = "the sum over the channels (firmware/core/cam.cpp, ComputeCam)"
_WEIGHTS = "where the classifier's weights are found (firmware/core/network.h, head_weights)"
_SCORE = "how the score tensor is read and copied (firmware/core/inference.cpp, Evaluate)"
_SOFTMAX = "the SOFTMAX operator: its parameters and its kernel"
_PIXELS = "how pixels become the int8 input tensor (camera driver or host: pixel - 128)"
_UPLOAD = "how the image is put into its buffer (firmware/core/samples.cpp, Put)"
_BUFFERS = "which buffer an inference reads (firmware/core/samples.cpp, Find and FindForUpload)"
_LINE = "the UART driver's text mode: line endings, flow control, 8 data bits"
_PICTURE = "how the picture is cut and scaled before it is sent"
_FRAME = "how a frame becomes the model's input (firmware/core/preprocess.cpp)"
_KERNEL = "the kernel of this operator (ESP-NN, CMSIS-NN or reference), and what Prepare computes"
_CLOCK = "the clock that stage times are taken from (firmware/core/machine.h, NowUs)"
_NETWORK = "firmware/core/network.cpp, request_decoder.cpp, schema_check.cpp"
_IDENTITY = "what was flashed, and the identity that is reported (firmware/core/dispatcher.cpp)"

CATALOGUE: dict[str, Entry] = {
    # ---- location: from the board's own map
    "location.transposed": Entry("x and y are swapped", _PEAK),
    "location.mirrored-x": Entry("left and right are mirrored", _PEAK),
    "location.mirrored-y": Entry("top and bottom are mirrored", _PEAK),
    "location.rotated": Entry("the location is turned by 180 degrees", _PEAK),
    "location.top-left": Entry("the cell's top left corner instead of its centre", _CENTRE),
    "location.bottom-right": Entry("the cell's bottom right corner instead of its centre", _CENTRE),
    "location.cell-index": Entry("the cell's index instead of pixels", _CENTRE),
    "location.next-cell": Entry("the location is off by {cells}", _PEAK),
    "location.scaled": Entry("pixels of a picture of {size}, not of the input", _CENTRE),
    "location.minimum": Entry("the minimum of the map instead of its maximum", _PEAK),
    "location.last-maximum": Entry("of equal cells the last instead of the first", _PEAK),
    "location.magnitude": Entry("the largest magnitude instead of the largest value", _PEAK),
    "location.unsigned": Entry("the map's cells are compared as unsigned numbers", _PEAK),
    "location.truncated": Entry("the map's cells are compared as {bits}-bit numbers", _PEAK),
    "location.cells-left-out": Entry("the search for the maximum leaves out {cells}", _PEAK),
    "location.offset": Entry("the location is off by {pixels} pixels", _CENTRE),
    "location.previous-image": Entry("the location of the image before", _PEAK),
    "location.mixed": Entry("{what} has earlier ones in it: {how}", _PEAK),
    "location.constant": Entry("the location is the same for every image", _PEAK),
    # ---- decision: threshold, and whether there is a location
    "decision.threshold-ignored": Entry("the threshold is not applied", _DECIDE),
    "decision.threshold-exclusive": Entry("'greater than' instead of 'at least'", _DECIDE),
    "decision.threshold-raw": Entry("percent are compared with the raw int8 score", _DECIDE),
    "decision.threshold-fixed": Entry("the threshold of the request is ignored", _DECIDE),
    "decision.threshold-other": Entry("the threshold that is applied is {percent} %", _DECIDE),
    "decision.request-before": Entry("the threshold of another request is applied: {which}", _KEPT),
    "decision.score-before": Entry("it is decided by {which}", _KEPT),
    "decision.held": Entry("the decision hangs on the one before: {how}", _KEPT),
    "decision.hysteresis": Entry("the threshold is {how} (hysteresis)", _KEPT),
    "answer.drift": Entry(
        "{what}: a drift from answer to answer, {how}",
        "what is counted over the answers and used there (firmware/core/inference.cpp)",
    ),
    "answer.option-kept": Entry("whether the map is asked for: {how}", _KEPT),
    "decision.threshold-offset": Entry("the threshold is off by {percent} percent", _DECIDE),
    "decision.scale": Entry("percent are computed with {scale} instead of 256 steps", _DECIDE),
    "decision.never": Entry("there is never a location", _DECIDE),
    "decision.other-class": Entry("the score of class {index} decides", _DECIDE),
    "decision.unsigned-score": Entry("the score that decides is read as unsigned", _DECIDE),
    "decision.flat-map": Entry("a flat map is not recognized (a division by zero)", _DECIDE),
    "decision.map-missing": Entry("the map is not sent {when}", _DECIDE),
    # ---- class activation map: from the board's own features
    "cam.other-class": Entry("the weights of class {index} make the map", _WEIGHTS),
    "cam.unsigned-features": Entry("the features are read as uint8", _CAM),
    "cam.unsigned-weights": Entry("the weights are read as uint8", _CAM),
    "cam.feature-zero-point-ignored": Entry("the features' zero point is left out", _CAM),
    "cam.feature-zero-point-doubled": Entry("the features' zero point is applied twice", _CAM),
    "cam.feature-zero-point-wrong": Entry("the features' zero point is off by {steps}", _CAM),
    "cam.weight-zero-point-wrong": Entry("the weights' zero point is off by {steps}", _CAM),
    "cam.scale-truncated": Entry("each product is scaled and cut to an integer ({how})", _CAM),
    "cam.scaled": Entry("every cell is divided by {divisor}", _CAM),
    "cam.channel-missing": Entry("channel {channel} is left out of the sum", _CAM),
    "cam.channels-cut": Entry("only channels {first} to {last} are summed", _CAM),
    "cam.channel-stuck": Entry("one channel is taken twice or for another ({how})", _CAM),
    "cam.weights-shifted": Entry("the weights are read {steps} channels off", _WEIGHTS),
    "cam.weights-layout": Entry("the weights are read as [channels, classes]", _WEIGHTS),
    "cam.features-layout": Entry("the features are read as [channels, rows, columns]", _CAM),
    "cam.transposed": Entry("rows and columns of the map are swapped", _CAM),
    "cam.mirrored": Entry("the map is mirrored ({how})", _CAM),
    "cam.cell-shifted": Entry("the map is shifted by {cells} cells", _CAM),
    "cam.accumulator": Entry("the sum overflows {bits} bits", _CAM),
    "cam.sum-not-cleared": Entry("the sum of a cell starts with that of the cell before", _CAM),
    "cam.bias": Entry("the classifier's bias is added to every cell", _CAM),
    "cam.offset": Entry("every cell is off by {steps}", _CAM),
    "cam.clipped": Entry("negative {what} are cut to zero", _CAM),
    "cam.normalised": Entry("the map is normalised to 0..255", _CAM),
    "cam.negated": Entry("the map has the wrong sign", _CAM),
    "cam.previous-image": Entry("the map of another image: {image}", _CAM),
    "cam.mixed": Entry("{what} has earlier ones in it: {how}", _CAM),
    # ---- scores: from the board's own features
    "score.classes-swapped": Entry("the classes are swapped", _SCORE),
    "score.unsigned": Entry("int8 scores are read as uint8", _SCORE),
    "score.offset": Entry("every score is off by {steps}", _SCORE),
    "score.saturated": Entry("scores are cut at {limit}", _SCORE),
    "score.percent": Entry("percent are sent instead of int8 scores", _SCORE),
    "score.constant": Entry("the scores are the same for every image", _SCORE),
    "score.previous-image": Entry("the scores of another image: {image}", _SCORE),
    "score.mixed": Entry("{what} have earlier ones in them: {how}", _SCORE),
    "score.softmax-missing": Entry("logits are sent: SOFTMAX is left out", _SOFTMAX),
    "score.softmax-beta": Entry("SOFTMAX has beta {beta} instead of {right}", _SOFTMAX),
    # ---- input: what the model saw instead of the image
    "input.offset-missing": Entry("the offset of 128 is not subtracted (or twice)", _PIXELS),
    "input.offset-saturated": Entry("the offset of 128 is applied twice, saturating", _PIXELS),
    "input.halved": Entry("pixels are shifted right by one bit", _PIXELS),
    "input.inverted": Entry("the image is inverted (a negative)", _PIXELS),
    "input.seven-bits": Entry("the top bit of every byte is lost", _LINE),
    "input.previous-image": Entry("the model saw the image before", _BUFFERS),
    "input.other-image": Entry("the model saw another image: {image}", _BUFFERS),
    "input.inputs-swapped": Entry(
        "the parts of a sample go to other inputs: in the order {order}",
        "how a sample is split (firmware/core/network.cpp, InputOf; inference.cpp, Feed)",
    ),
    "input.constant": Entry("the model saw the same bytes for every image ({value})", _BUFFERS),
    "input.transposed": Entry("rows and columns of the image are swapped", _PICTURE),
    "input.mirrored-x": Entry("the image is mirrored left to right", _PICTURE),
    "input.mirrored-y": Entry("the image is mirrored top to bottom", _PICTURE),
    "input.rotated": Entry("the image is turned by {degrees} degrees", _PICTURE),
    "input.shifted": Entry("the image is shifted by {count} bytes ({fill})", _UPLOAD),
    "input.byte-dropped": Entry("byte {index} is lost, all after it move up", _UPLOAD),
    "input.byte-inserted": Entry("a byte is inserted at {index}, all after it move down", _UPLOAD),
    "input.cr-inserted": Entry("CR is inserted before every LF", _LINE),
    "input.bytes-translated": Entry("bytes are translated: {how}", _LINE),
    "input.bytes-removed": Entry("bytes of value {value} are removed", _LINE),
    "input.bytes-swapped": Entry(
        "the bytes of every {bits}-bit word are in reverse order", _UPLOAD
    ),
    "input.chunk-missing": Entry("chunk {index} of the upload is missing ({fill})", _UPLOAD),
    "input.chunks-swapped": Entry("chunks {first} and {second} are swapped", _UPLOAD),
    "input.chunk-misplaced": Entry("chunks lie {count} bytes off ({fill})", _UPLOAD),
    "input.tail-missing": Entry("the last {count} bytes are missing ({fill})", _UPLOAD),
    "input.head-missing": Entry("the first {count} bytes are missing ({fill})", _UPLOAD),
    "input.bit-flipped": Entry("bit {bit} of {what} is wrong", _UPLOAD),
    "input.gray-weights": Entry("colour to gray with other weights: {how}", _PICTURE),
    "input.crop": Entry("another part of the picture is cut out ({how})", _PICTURE),
    "input.resize": Entry("the picture is scaled by {how}", _PICTURE),
    # ---- frame: what the board made of a raw frame
    "frame.offset": Entry("pixels of a frame become int8 in another way: {how}", _FRAME),
    "frame.table": Entry(
        "pixels of a frame go through another table than the contract's ({how})",
        "how the table is read and used (firmware/core/request_decoder.cpp; preprocess.cpp)",
    ),
    "frame.one-table": Entry("channels of a frame share one table: {how}", _FRAME),
    "frame.channels": Entry("a frame's channels are in another order: {how}", _FRAME),
    "frame.byte-order": Entry("the two bytes of a frame's pixels are swapped", _FRAME),
    "frame.expansion": Entry("5 and 6 bits of a colour become 8 otherwise: {how}", _FRAME),
    "frame.rounding": Entry("averages of a frame's pixels are rounded {how}", _FRAME),
    "frame.crop": Entry("another part of the frame is cut out ({how})", _FRAME),
    "frame.resize": Entry("the frame is scaled otherwise ({how})", _FRAME),
    "frame.transposed": Entry("rows and columns are swapped when a frame is scaled", _FRAME),
    "frame.mirrored": Entry("the frame is mirrored {how}", _FRAME),
    "frame.row-length": Entry("the frame's rows are taken to be as long as the region", _FRAME),
    "frame.not-scaled": Entry("the frame's first bytes are taken as the input", _FRAME),
    # ---- engine: the first operator whose output differs, its inputs being right
    "kernel.bias": Entry("operator {op}: the bias is {how}", _KERNEL),
    "kernel.activation": Entry("operator {op}: the activation {how}", _KERNEL),
    "kernel.padding": Entry("operator {op}: SAME padding is wrong ({how})", _KERNEL),
    "kernel.channel": Entry("operator {op}: output channel {channel} alone is wrong{how}", _KERNEL),
    "kernel.channels": Entry("operator {op}: {count} output channels are wrong: {how}", _KERNEL),
    "kernel.rounding": Entry("operator {op}: requantization rounds otherwise ({how})", _KERNEL),
    "kernel.rounding-everywhere": Entry(
        "+/-1 LSB from requantization throughout: every convolution rounds {how}", _KERNEL
    ),
    "kernel.zero-point": Entry("operator {op}: {which} zero point is {how}", _KERNEL),
    "kernel.scale": Entry("operator {op}: {how}", _KERNEL),
    "kernel.saturation": Entry("operator {op}: results wrap around instead of saturating", _KERNEL),
    "kernel.accumulator": Entry("operator {op}: the sum overflows {bits} bits", _KERNEL),
    "kernel.weights": Entry("operator {op}: the weights are {how}", _KERNEL),
    "kernel.stride": Entry("operator {op}: {how}", _KERNEL),
    "kernel.copy": Entry("operator {op}: its output is {how}", _KERNEL),
    "engine.optimised-kernels": Entry("the numbers are those of LiteRT's {which} kernels", _KERNEL),
    "engine.output-mixed": Entry(
        "{what} has earlier answers in it: {how}", "what is kept between inferences, and not reset"
    ),
    "engine.other-model": Entry(
        "the engine runs a model that is not the one whose digest the board reports ({how})",
        "which bytes the interpreter is given (firmware/core/network.cpp), flash cache and mapping",
    ),
    "engine.state-not-reset": Entry(
        "the state is not reset: each answer goes on from all before",
        "where variables get their initial values (the engine's ResetState, Inferences::Feed)",
    ),
    "engine.state-reset": Entry(
        "the state is reset before every inference",
        "where variables get their initial values (the engine's ResetState, Inferences::Feed)",
    ),
    "engine.stale-output": Entry(
        "{output} is of another image: {image}",
        "when the output tensors are read: before the next inference starts (Inferences::Run)",
    ),
    "output.other": Entry(
        "another output is answered: {how}",
        "which output tensor is taken (firmware/core/inference.cpp, Evaluate; the engine's Output)",
    ),
    "output.inline-damaged": Entry(
        "the bytes of an output in a result do not have its CRC-32 ({how})",
        "when outputs are copied into a result (firmware/core/inference.cpp, Evaluate)",
    ),
    "output.wrong-tensor": Entry(
        "read-tensor gives other bytes than the engine left ({how})",
        "the answer to read-tensor (firmware/core/dispatcher.cpp)",
    ),
    "trace.wrong": Entry(
        "the trace differs, but every answer is right: the trace itself is wrong ({how})",
        "how the trace takes an operator's output (firmware/core/trace.cpp, the engine's OnOp)",
    ),
    "memory.overwritten": Entry(
        "bytes {first} to {last} of {what} are overwritten{how}",
        "what else is written there: buffers that overlap, an index out of range, the arena's plan",
    ),
    # ---- time and counters
    "timing.milliseconds": Entry("{stage} is in milliseconds, not in microseconds", _CLOCK),
    "timing.seconds": Entry("{stage} is in seconds, not in microseconds", _CLOCK),
    "timing.nanoseconds": Entry("{stage} is in nanoseconds, not in microseconds", _CLOCK),
    "timing.ticks": Entry("{stage} counts ticks of {tick}, not microseconds", _CLOCK),
    "timing.cycles": Entry("{stage} counts CPU cycles at {mhz} MHz, not microseconds", _CLOCK),
    "timing.wrapped": Entry("{stage} comes from a counter of {bits} bits that wraps", _CLOCK),
    "timing.stopped": Entry("{stage} is always {value}: no clock behind it", _CLOCK),
    "timing.too-long": Entry("{stage} exceeds what passed on the host: {how}", _CLOCK),
    "timing.pace": Entry("the board's clock is {how}", _CLOCK),
    "timing.creeping": Entry(
        "{what} rises with every inference",
        "what grows there: lists that are searched, logs, fragmented memory, a task beside it",
    ),
    "timing.backwards": Entry("the board's clock runs backwards between results", _CLOCK),
    "timing.counter": Entry(
        "the count of inferences is wrong: {how}",
        "the count of a result (firmware/core/inference.cpp, Finish and Settle)",
    ),
    # ---- identity and memory
    "identity.other-model": Entry("another model runs than was flashed", _IDENTITY),
    "identity.other-firmware": Entry(
        "the board runs another build than the one flashed", _IDENTITY
    ),
    "identity.contract": Entry(
        "the board has another contract of its network: {how}",
        "what was flashed, and how the contract is read and sent (firmware/core/network.cpp, "
        "dispatcher.cpp)",
    ),
    "identity.image-source": Entry(
        "hello did not switch the image source",
        "where the source is switched (firmware/core/app.cpp, inference.cpp), and the identity "
        "that is reported (firmware/core/dispatcher.cpp)",
    ),
    "identity.reset-reason": Entry("the reset reason is {got}, not {right}", _IDENTITY),
    "memory.growing": Entry(
        "memory is lost with every inference: {what}",
        "what is allocated per inference and not freed, and arena use",
    ),
    "memory.report": Entry("the memory report is implausible: {how}", "the board's memory report"),
    "answer.threshold": Entry("the board applied a threshold of {got} %, not {right} %", _DECIDE),
    "link.bytes": Entry("the link changes bytes: {how}", _LINE),
    "link.check-missing": Entry(
        "a damaged or wrong upload is accepted: {how}",
        "the checks of an upload (firmware/core/samples.cpp, Check and Begin)",
    ),
    "link.baud": Entry("the baud rate does not change as answered", "set-baud (core/link.cpp)"),
    # ---- the board itself: infrastructure, by the first cause
    "board.crashed": Entry("the firmware crashes: {how}", "the console text at the crash"),
    "board.watchdog": Entry("a watchdog resets the board: {how}", "the task that does not return"),
    "board.brownout": Entry("the supply voltage drops", "supply, cable, hub"),
    "board.restarted": Entry("the board restarted: {how}", "the console text before the restart"),
    "board.silent": Entry("the board stopped answering", "tasks that block, and the wire"),
    "board.unplugged": Entry("the port went away", "cable and hub"),
    "board.no-firmware": Entry("there is no firmware that starts: {how}", "flash the board"),
    "board.no-model": Entry(
        "the board has no model that it can run: {how}",
        "the model partition; for an operator or the arena hil build --network, or --sim-arena on "
        "the simulated board; or how the firmware counts its room (firmware/core/network.cpp)",
    ),
    "board.wrong-build": Entry("what runs is not what was flashed: {how}", _IDENTITY),
    "board.protocol": Entry(
        "the board breaks the protocol: {how}",
        "docs/protocol.md, and who keeps it (firmware/core/dispatcher.cpp, samples.cpp)",
    ),
    "board.link-damaged": Entry("frames arrive damaged: {how}", "baud rate, ground, cable, noise"),
    # ---- the same where the host's own knowledge leaves the firmware over, or excludes nothing
    "network.refused": Entry(
        "the firmware refuses a network that is in flash as it was written: {how}",
        f"how the firmware reads its network ({_NETWORK})",
    ),
    "network.refused-or-flash": Entry(
        "the firmware refuses its network, and what is in flash was not read back: {how}",
        f"the model partition, or how the firmware reads it ({_NETWORK})",
    ),
    "identity.untrue": Entry(
        "the firmware names another build or network than the flash holds: {how}",
        "how the identity and the contract are made (firmware/core/dispatcher.cpp, "
        "request_decoder.cpp); or another app partition is started",
    ),
    "link.check-wrong": Entry(
        "the board sends whole messages with another CRC-32 than theirs: {how}",
        "the CRC-32 of a frame (firmware/core/crc32.cpp, frames.cpp)",
    ),
    "link.framing": Entry(
        "the firmware makes frames wrongly, or the line damages them alone: {how}",
        "how frames are made (firmware/core/cobs.cpp, frames.cpp, transmitter.cpp); an adapter "
        "that translates bytes; the baud rate",
    ),
    "link.deaf": Entry(
        "the board does not take what is sent to it, firmware or line: {how}",
        "how frames are taken (firmware/core/frames.cpp, cobs.cpp, crc32.cpp); the wire to the "
        "board's RX, and an adapter that swallows or translates bytes",
    ),
    "link.mute": Entry(
        "text comes and no answer, firmware or line: {how}",
        "the way from a request to its answer (firmware/core/app.cpp, frames.cpp, dispatcher.cpp, "
        "transmitter.cpp); the wire to the board's RX; whether other firmware is in the flash",
    ),
}

IDS: tuple[str, ...] = tuple(CATALOGUE)
"""What a fault may name as the right diagnosis."""


def finding(
    name: str, stage: str, evidence: str, images: Sequence[str] = (), /, **parameters: object
) -> Finding:
    """A finding of an entry, whose title the parameters fill; it explains all of `images`."""
    entry, count = CATALOGUE[name], len(images)
    title = entry.title.format(**parameters)
    return Finding(name, stage, title, evidence, entry.where_to_look, count, count, tuple(images))
