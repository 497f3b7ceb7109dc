"""The score gate: whether the scores of a run are still those of a committed baseline.

What is compared is the mean difference, now minus baseline, over the trials of a cell: the same data set,
ratio, classifier and method, on the same splits with the same seeds. On the machine that made the baseline a
rerun gives the same numbers, so all differences are 0. Elsewhere rounding differs, and training enlarges that
until a net is another one, as with another seed. So a difference counts when it is beyond what other seeds
do:

    worse or better  <=>  |mean difference| > band,   band = max(tolerance, t * s * sqrt(2 / n))

s² is the variance of the scores of one split over its seeds in the baseline, averaged over the splits; n the
number of trials; t the quantile of Student's t with splits * (seeds - 1) degrees of freedom, or fewer where
few splits make most of the noise (`noise`). Besides its cells each method is judged once over all of them:
there the classifiers, which share resamples, are averaged first, and the variances of the data sets are
added. t is two-sided and shares ``false_alarm``, 1 % for all comparisons together, among them (Bonferroni).

How often that is wrong was measured. Of thirty seeds of GL-GAN on twenty splits of two digits, three were
taken for the baseline and three others for the run, 600 times: 1.3 % failed where 1 % were allowed, 7 % where
it was 5 %, and 21 % where it was 20 %, without a tolerance. Where splits differ much in their noise the band
is somewhat too narrow: in simulations of eight cells of 20 splits and 3 seeds whose noise differs by a factor
of 2.7 from split to split (one standard deviation), 2.4 % failed where 1 % were allowed; with 2 seeds 6.6 %,
so take three or more. On the machine of the baseline no rerun fails;
with other instructions for linear algebra no mean of ``suites/regression.yaml`` moved by more than 0.0005.

Why the noise comes from the baseline and not from the differences at hand: a method that became erratic would
widen its own band and pass; and a method that broke differs from split to split, which is no noise. The
interval that is shown beside a difference is the usual one, 95 % by Student's t over the splits; it tells how
far the change reaches and decides nothing. Only where a baseline has one seed a split is the band made of
those differences, since there is no other noise: ask for two seeds or more.

A score that the baseline has and the run has not (the trial failed, or gave NaN) fails the gate, whatever the
others are. A run that is not finished, or that asked for something else than the baseline, is not judged.

Reads the store and the baseline; computes no score.
"""

from __future__ import annotations

from oversample_bench.analysis.gate.baseline import Baseline
from oversample_bench.analysis.gate.gate_check import Update, check, update
from oversample_bench.analysis.gate.judging import JudgedCell, Judgement, Verdict

__all__ = ["Baseline", "JudgedCell", "Judgement", "Update", "Verdict", "check", "update"]
