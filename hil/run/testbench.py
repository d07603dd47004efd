"""One run: the board, the oracle, what was measured of them, and what is wrong with it.

Everything is opened by the first use.
"""

from __future__ import annotations

from dataclasses import replace
from functools import cached_property
from typing import TYPE_CHECKING

from hil.errors import HilError, NotAskedError, UsageError
from hil.judge.answers import Wrong, wrong_oddities
from hil.run.answers import Answers
from hil.run.board_of_run import BoardOfRun
from hil.run.energy import EnergyOfRun
from hil.run.evidence import Evidence
from hil.run.options import RunOptions
from hil.run.other_networks import OtherNetworks

if TYPE_CHECKING:
    from hil.facts.image import ImageFacts, RunFacts, SampleFacts
    from hil.facts.input_contract import InputContractFacts
    from hil.facts.records import SecondOpinionRecord, VarietyFacts
    from hil.images import Photo
    from hil.judge.tolerance import Tolerances
    from hil.network.contract import Contract
    from hil.oracle import Oracle
    from hil.run.measurement import FrameMeasurement, Measurement, SampleMeasurement
    from hil.run.measuring import Parties
    from hil.samples.fixture_set import FixturePhoto
    from hil.samples.seeded import Sample

OPINION_SAMPLES = ("uniform-0", "normal-0", "uniform-1", "normal-1")
"""Samples on which the second opinion is heard."""

NO_HEAD = "this network has no class activation map"
NO_PICTURE = "nobody declared what pixels become in this network's input"


class Bench(BoardOfRun):
    """What a test run works with: its board, the oracle, and all that was measured so far."""

    def __init__(self, options: RunOptions) -> None:
        self.answers = Answers()
        super().__init__(options, self.answers.add)
        self.measurements: dict[str, Measurement] = {}
        self.measured_samples: dict[str, SampleMeasurement] = {}
        self.frames: dict[str, FrameMeasurement] = {}
        self.repeats: list[ImageFacts] = []
        self.traces: dict[str, SampleFacts] = {}
        self.evidence = Evidence(self)
        self.energy = EnergyOfRun(options.energy)
        self.others = OtherNetworks(self, lambda: self.tolerances)
        self._reviewed = 0

    def close(self) -> None:
        try:
            super().close()
        finally:
            self.energy.close()

    @cached_property
    def oracle(self) -> Oracle:
        """The oracle for the network that the board was flashed with, or that the user names.

        Raises NotRunError where nobody knows which that is.
        """
        from hil.oracle import Oracle

        contract = self.needed_model.contract
        try:
            oracle = Oracle(contract)
        except UsageError as error:
            self.note_refusal(error)
            raise
        for photo in self._synthetic(oracle):
            self.answers.name(self._tensor(photo, oracle), photo.name)
        return oracle

    @cached_property
    def photos(self) -> tuple[FixturePhoto, ...]:
        """The photographs of this run, with what is known of them."""
        from hil.samples.fixture_set import load_photos

        return load_photos(self.options.photos)

    def sample(self, name: str) -> Sample:
        """A seeded sample of this run's network, by its name (`hil.samples.seeded`)."""
        from hil.samples.seeded import seeded_sample

        return seeded_sample(self.needed_model.contract, name, seed=self.options.seed)

    @cached_property
    def opinion(self) -> SecondOpinionRecord:
        """What another interpreter says to the oracle, operator by operator, on seeded samples."""
        from hil.run.collect import opinion_record

        self.progress("hearing a second opinion on every operator ...")
        return opinion_record(self.oracle, [self.sample(name).data for name in OPINION_SAMPLES])

    @cached_property
    def tolerances(self) -> Tolerances:
        from hil.judge.tolerance import load_tolerances

        return load_tolerances(self.options.tolerances)

    def require_head(self) -> None:
        """Raises NotAskedError for a network without a class activation map, or whose input is
        not declared to be a picture."""
        if self.needed_model.contract.head is None:
            raise NotAskedError(NO_HEAD, hint="nothing to do: hil validate shows what it has")
        self.require_picture()

    def require_picture(self) -> None:
        """Raises NotAskedError for a network whose input is not declared to be a picture."""
        if self.needed_model.contract.image is None:
            raise NotAskedError(NO_PICTURE, hint="declare pixels in the settings beside the model")

    # ---- every answer -----------------------------------------------------------

    def review(self) -> tuple[Wrong, ...]:
        """What is wrong in the answers since the last review, whoever asked for them.

        Without an oracle they are not judged, which the run file shows.
        """
        if self._board is None:
            return ()
        start, self._reviewed = self._reviewed, len(self._board.oddities)
        wrong = wrong_oddities(self._board.oddities, start)
        try:
            return wrong + self.answers.review(self.oracle, self.tolerances)
        except HilError:
            return wrong  # whoever needs the oracle is told why there is none

    @property
    def variety(self) -> VarietyFacts:
        """Whether the network tells the samples of the run and made ones apart."""
        from hil.oracle.variety import differing_operators, variety

        oracle = self.oracle
        made = [self._tensor(photo, oracle) for photo in self._synthetic(oracle)]
        made = made or [self.sample(f"uniform-{n}").data for n in range(3)]
        found = variety((*map(oracle.run, made), *self.answers.distinct))
        outputs = len(oracle.contract.header.outputs)
        if oracle.contract.head is None and len(found.constant_outputs) < outputs:
            return replace(found, constant_outputs=())  # one that never changes may be meant so
        if found.constant_outputs:
            return replace(found, differing_operators=differing_operators(oracle, made))
        return found

    def run_facts(self) -> RunFacts:
        """The facts of the whole run, images included."""
        from hil.facts.image import RunFacts

        identity, oracle = self.ready_board().identity, self.oracle
        return RunFacts(
            target=identity.target,
            engine=identity.engine,
            firmware_version=identity.firmware_version,
            device_model_sha256=identity.model_sha256.hex(),
            oracle_model_sha256=oracle.contract.header.model_sha256.hex(),
            resolver=oracle.resolver,
            images=tuple(m.facts for m in self.measurements.values()),
        )

    # ---- measuring --------------------------------------------------------------

    def measure(self, photo: Photo) -> Measurement:
        """One image through board and oracle; measured once, then remembered by name.

        Raises NotAskedError for a network that has no class activation map or takes no picture.
        """
        if photo.name not in self.measurements:
            self.measurements[photo.name] = self._measure(photo, None)
        return self.measurements[photo.name]

    def measure_now(self, photo: Photo, *, threshold: int | None = None) -> Measurement:
        """One image through board and oracle, measured anew; its facts are recorded too.

        It is asked for as the field asks: without the map below the threshold.
        """
        measurement = self._measure(photo, threshold, cam_always=False)
        self.repeats.append(measurement.facts)
        return measurement

    def measure_sample(self, sample: Sample) -> SampleMeasurement:
        """One sample of any network through board and oracle, with every operator where the board
        traces; measured once, then remembered by name."""
        from hil.run.measuring import measure_sample

        if sample.name not in self.measured_samples:
            found = measure_sample(self._parties(), sample)
            self.evidence.note_sample(self.oracle, found)
            # A trace of every sample would fill the memory; what it says is in the facts.
            slim = replace(found.answer, op_outputs=None)
            self.measured_samples[sample.name] = replace(found, answer=slim)
        return self.measured_samples[sample.name]

    def measure_frame(self, frame: Photo) -> FrameMeasurement:
        """One raw frame through board and oracle; measured once, then remembered by name."""
        from hil.run.measuring import measure_frame

        self.require_picture()
        if frame.name not in self.frames:
            self.frames[frame.name] = measure_frame(self._parties(), frame)
        return self.frames[frame.name]

    @cached_property
    def input_contract(self) -> InputContractFacts:
        """What each party makes of pixels; of the camera path where the board takes frames."""
        from hil.images import Photo
        from hil.oracle.known_frames import known_frames
        from hil.run.input_contract import input_contract_facts

        self.require_picture()
        contract, board = self.needed_model.contract, self.ready_board()
        image, frame = contract.image, board.frame
        assert image is not None
        known = () if frame is None else known_frames(frame, image.size)
        photos = [Photo(f"known-{number}", pixels) for number, pixels in enumerate(known)]
        measured = [self.measure_frame(photo) for photo in photos]
        return input_contract_facts(contract, board.contract, measured)

    def measure_ops(self, photo: Photo) -> SampleFacts:
        """One traced inference against every operator's output in the oracle."""
        from hil.run.measuring import trace

        data = self.tensor(photo)
        facts = trace(self._parties(), photo.name, data)
        self.traces[photo.name] = facts
        if any(op.differs for op in facts.ops or ()):
            self.evidence.note_operator(self.oracle, photo.name, data)
        return facts

    def tensor(self, photo: Photo) -> bytes:
        """The sample that a picture becomes. Raises NotAskedError where nobody declared that."""
        self.require_picture()
        return self._tensor(photo, self.oracle)

    def _measure(
        self, photo: Photo, threshold: int | None, *, cam_always: bool = True
    ) -> Measurement:
        from hil.run.measuring import measure

        self.require_head()
        photo, data = self.fitting(photo), self.tensor(photo)
        measurement = measure(self._parties(), photo, data, threshold, cam_always=cam_always)
        self.evidence.look_at(self.oracle, measurement, data)
        return measurement

    def _parties(self) -> Parties:
        from hil.run.measuring import Parties

        return Parties(self.ready_board(), self.oracle, self.answers, self.tolerances)

    @staticmethod
    def _synthetic(oracle: Oracle) -> tuple[Photo, ...]:
        """The made pictures as the network's input has them; none where it takes no picture."""
        from hil.images import synthetic

        image = oracle.contract.image
        if image is None:
            return ()
        return synthetic(size=image.size, channels=image.channels)

    def fitting(self, photo: Photo) -> Photo:
        """The picture as the network takes it; as it is where nobody knows the network."""
        return photo if self.model is None else self._fitting(photo, self.model.contract)

    @staticmethod
    def _fitting(photo: Photo, contract: Contract) -> Photo:
        """The picture in the size of the network's input, in colour where that is."""
        from hil.images import load, synthetic

        image = contract.image
        if image is None:
            return photo
        size, channels = image.size, image.channels
        lacks_colour = channels == 3 and photo.pixels.ndim == 2 and photo.path is not None
        if photo.pixels.shape[:2] == size and not lacks_colour:
            return photo
        if photo.path is None:
            pictures = synthetic(size=size, channels=channels)
            return next(made for made in pictures if made.name == photo.name)
        return load(photo.path, resize=True, size=size, channels=channels)

    def _tensor(self, photo: Photo, oracle: Oracle) -> bytes:
        from hil.network.arrays import picture_input

        pixels = self._fitting(photo, oracle.contract).pixels
        return picture_input(oracle.contract.header, pixels).tobytes()
