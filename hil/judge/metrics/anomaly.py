"""Errors of a reconstruction as anomaly scores: of recordings, AUC, and partial AUC in two forms.

A recording is as anomalous as its windows are on average: Y. Koizumi et al., "Description and
Discussion on DCASE2020 Challenge Task 2" (DCASE 2020), and so MLPerf Tiny's anomaly detection.

The partial AUC looks at false alarm rates up to p = 0.1 alone, and two figures have that name:

- standardized: D. K. McClish, "Analyzing a portion of the ROC curve", Medical Decision Making 9
  (1989), so that 0.5 is chance; scikit-learn's `roc_auc_score(max_fpr=0.1)`, which the baseline
  systems of DCASE and the training scripts of MLPerf Tiny print.
- DCASE's formula: the share of pairs that an anomaly wins against one of the floor(p N) normal
  recordings with the highest scores; a tie is not won.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from hil.judge.metrics.scores import roc_auc
from hil.judge.stats.auc import auc_interval

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

MAX_FALSE_ALARMS = 0.1
"""p of the partial AUC: DCASE 2020, and since."""


@dataclass(frozen=True, slots=True)
class AnomalyMetrics:
    """How well scores tell anomalies from what is normal; all None where one kind is absent.

    Attributes:
        anomalies, normals: numbers of recordings.
        auc: chance that an anomaly scores above what is normal.
        pauc: standardized partial AUC.
        pauc_dcase: by DCASE's formula; None with fewer than 1 / p normal recordings too.
    """

    anomalies: int
    normals: int
    auc: float | None
    pauc: float | None
    pauc_dcase: float | None

    def auc_interval(self, confidence: float = 0.95) -> tuple[float, float] | None:
        if self.auc is None:
            return None
        return auc_interval(self.auc, self.anomalies, self.normals, confidence)

    def pauc_interval(self, confidence: float = 0.95) -> tuple[float, float] | None:
        """As that of DCASE's formula, carried over to the standardized form."""
        if self.pauc is None or not self._of_normals:
            return None
        share = (self.pauc - 0.5) * (2 - MAX_FALSE_ALARMS) + MAX_FALSE_ALARMS / 2
        share = min(max(share, 0.0), 1.0)
        low, high = auc_interval(share, self.anomalies, self._of_normals, confidence)
        return standardized(low), standardized(high)

    def pauc_dcase_interval(self, confidence: float = 0.95) -> tuple[float, float] | None:
        """Newcombe's interval of an AUC against as many normal recordings as are looked at."""
        if self.pauc_dcase is None:
            return None
        return auc_interval(self.pauc_dcase, self.anomalies, self._of_normals, confidence)

    @property
    def _of_normals(self) -> int:
        return looked_at(self.normals)


@dataclass(frozen=True, slots=True)
class MachineMean:
    """The mean over machines (sources), each with its own ROC curve."""

    machines: tuple[AnomalyMetrics, ...]

    @property
    def auc(self) -> float:
        return math.fsum(each.auc for each in self.machines if each.auc is not None) / len(
            self.machines
        )

    @property
    def pauc(self) -> float:
        return math.fsum(each.pauc for each in self.machines if each.pauc is not None) / len(
            self.machines
        )

    def auc_interval(self, confidence: float = 0.95) -> tuple[float, float]:
        """Machines are independent: distances squared and added (`hil.judge.stats.shares`)."""
        ends = [(each.auc, each.auc_interval(confidence)) for each in self.machines]
        below = math.hypot(*(auc - end[0] for auc, end in ends if auc is not None and end))
        above = math.hypot(*(end[1] - auc for auc, end in ends if auc is not None and end))
        return self.auc - below / len(ends), self.auc + above / len(ends)


def anomaly_metrics(scores: Sequence[float], anomalous: Sequence[bool]) -> AnomalyMetrics:
    """AUC and partial AUCs of the scores of recordings; higher is more anomalous."""
    import numpy as np

    auc = roc_auc(scores, anomalous)
    anomalies = sum(map(bool, anomalous))
    normals = len(anomalous) - anomalies
    if auc is None:
        return AnomalyMetrics(anomalies, normals, None, None, None)
    values, places = np.unique(np.asarray(scores, np.float64), return_inverse=True)
    is_anomaly = np.asarray(anomalous, bool)
    # From the highest score down.
    positive = np.bincount(places[is_anomaly], minlength=len(values))[::-1]
    negative = np.bincount(places[~is_anomaly], minlength=len(values))[::-1]
    area = _area(positive, negative, MAX_FALSE_ALARMS)
    return AnomalyMetrics(
        anomalies, normals, auc, standardized(area / MAX_FALSE_ALARMS), _won(positive, negative)
    )


def recordings(
    errors: Sequence[float], groups: Sequence[str]
) -> tuple[tuple[float, ...], tuple[int, ...]]:
    """The mean error of each recording, and where its first window stands in `errors`.

    Args:
        errors: of each window.
        groups: the recording of each; an empty name is a recording by itself.
    """
    windows: dict[object, list[int]] = {}
    for index, group in enumerate(groups):
        windows.setdefault(group or index, []).append(index)
    means = (math.fsum(errors[i] for i in each) / len(each) for each in windows.values())
    return tuple(means), tuple(each[0] for each in windows.values())


def machine_mean(machines: Sequence[AnomalyMetrics]) -> MachineMean | None:
    """The mean of at least two machines; None where one of them has no AUC."""
    if len(machines) < 2 or any(each.auc is None for each in machines):
        return None
    return MachineMean(tuple(machines))


def looked_at(normals: int) -> int:
    """floor(p N), in whole numbers: 0.1 is no float."""
    return normals // round(1 / MAX_FALSE_ALARMS)


def standardized(share: float) -> float:
    """McClish's form of a partial AUC that is given as a share of the largest, 0 to 1."""
    least = MAX_FALSE_ALARMS / 2  # chance's, as a share of the largest
    return (1 + (share - least) / (1 - least)) / 2


def _area(positive: NDArray[np.int64], negative: NDArray[np.int64], most: float) -> float:
    """Under the ROC curve (straight over ties) up to a false alarm rate of `most`."""
    import numpy as np

    found = np.cumsum(positive) / positive.sum()
    alarms = np.cumsum(negative) / negative.sum()
    begin, before = alarms - negative / negative.sum(), found - positive / positive.sum()
    width = np.clip(most - begin, 0, alarms - begin)
    steps = np.where(negative > 0, alarms - begin, 1)
    return float((width * (before + (found - before) * width / steps / 2)).sum())


def _won(positive: NDArray[np.int64], negative: NDArray[np.int64]) -> float | None:
    import numpy as np

    most = looked_at(int(negative.sum()))
    if not most:
        return None
    above = np.cumsum(positive) - positive
    earlier = np.cumsum(negative) - negative
    taken = np.clip(most - earlier, 0, negative)
    return int((taken * above).sum()) / (most * int(positive.sum()))
