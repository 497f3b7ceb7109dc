"""What names stand for today, and the digests that follow from it.

A digest covers everything that changes the numbers by design: the spec, the fingerprint of the data, who
offers a method or classifier and by which code (see `oversample_bench.plugins.origins`), the version of the
protocol. What merely may change them (library versions, device, threads) is recorded with each run instead.
Labels, resources and limits are no part of it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from oversample_bench.core.references import source_of
from oversample_bench.core.seeds import child
from oversample_bench.core.specs import (
    PROTOCOL_VERSION,
    Component,
    DataSpec,
    ResampleSpec,
    SplitSpec,
    TrialSpec,
    digest,
)

UNAVAILABLE = "unavailable"
"""Stands for the fingerprint of a data set that is not on this machine."""


@dataclass(frozen=True)
class Identity:
    """Digests and seeds of specs; each is worked out once.

    Parameters
    ----------
    fingerprints : mapping of DataSpec to str
        A hash of each set's rows and labels.
    sources : mapping of (str, str) to str
        Who offers it, by which code, by kind (``oversampler``, ``classifier``, ``metric``) and name.
    components : mapping of (str, Component) to str, default={}
        The same of components with all that they refer to, where the names are not known one by one.
    """

    fingerprints: Mapping[DataSpec, str]
    sources: Mapping[tuple[str, str], str]
    components: Mapping[tuple[str, Component], str] = field(default_factory=dict)
    _known: dict[object, str] = field(default_factory=dict, repr=False, compare=False)

    def split(self, spec: SplitSpec) -> str:
        """Return the digest of a split: which rows, how they are scaled, and what is spoilt of them."""
        if spec not in self._known:
            data, spoilt = spec.data, spec.protocol.spoilt()
            self._known[spec] = digest(
                "split",
                PROTOCOL_VERSION,
                self._rows(data),
                [data.majority, data.minority],
                spec.ratio,
                spec.protocol.test_size,
                spec.protocol.scale,
                spec.index,
                *([spoilt] if spoilt else []),
            )
        return self._known[spec]

    def resample(self, spec: ResampleSpec) -> str:
        """Return the digest of a resample: its split, method, seed and batch."""
        if spec not in self._known:
            source = self.source("oversampler", spec.method)
            self._known[spec] = resample_digest(spec, self.split(spec.split), source)
        return self._known[spec]

    def trial(self, spec: TrialSpec) -> str:
        """Return the digest of a trial: its resample and classifier."""
        if spec not in self._known:
            source = self.source("classifier", spec.classifier)
            self._known[spec] = trial_digest(spec.classifier, self.resample(spec.resample), source)
        return self._known[spec]

    def source(self, kind: str, component: Component) -> str:
        """Return who offers a component and all that it refers to, and by which code."""
        if (kind, component) in self.components:
            return self.components[kind, component]
        return source_of(kind, component, lambda found, name: self.sources[found, name])

    def method_seed(self, spec: ResampleSpec) -> int:
        """Return the seed of a method: the same on a split whatever other methods there are."""
        return child(spec.seed, "method", self.split(spec.split), spec.method.name)

    def classifier_seed(self, spec: TrialSpec) -> int:
        """Return the seed of a classifier: the same for all methods, so that they are paired."""
        return child(spec.resample.seed, "classifier", self.split(spec.resample.split), spec.classifier.name)

    def _rows(self, data: DataSpec) -> list[str] | str:
        """Return the fingerprint; with its name for a set that is not here, which no other set equals."""
        found = self.fingerprints[data]
        return [found, data.name, data.path] if found == UNAVAILABLE else found


def restored(spec: TrialSpec, fingerprint: str, method_source: str, classifier_source: str) -> Identity:
    """Return what the names of one trial stood for: its rows, and who offered method and classifier."""
    components = {
        ("oversampler", spec.resample.method): method_source,
        ("classifier", spec.classifier): classifier_source,
    }
    return Identity({spec.resample.split.data: fingerprint}, {}, components)


def resample_digest(spec: ResampleSpec, split: str, source: str) -> str:
    """Return the digest of a resample on a split by a method of ``source``."""
    method = [spec.method.name, spec.method.params, source]
    return digest("draw", split, method, spec.split.protocol.target_ratio, spec.seed, spec.batch)


def trial_digest(classifier: Component, resample: str, source: str) -> str:
    """Return the digest of a trial on a resample by a classifier of ``source``."""
    return digest("trial", resample, [classifier.name, classifier.params, source])
