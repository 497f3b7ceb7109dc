"""What is known of single samplers of smote-variants 1.0.1 that their signatures do not tell.

Each entry holds for that version, and the tests of this plugin look whether it still does: an entry goes when
the library has mended what it is about.
"""

from __future__ import annotations

REPLACED = frozenset({"proportion", "beta", "pressure"})
"""Parameters for how many rows are wanted, which ``sampling_strategy`` says here."""

DETERMINISTIC = {
    "polynom_fit_SMOTE_star": "a row stands at fixed shares of the way from the minority's mean to each row",
    "polynom_fit_SMOTE_bus": "a row stands at fixed shares of the way from each minority row to the next",
    "Gazzah": "it makes the rows of polynom_fit_SMOTE_star",
    "SPY": "it makes no rows but gives majority rows near the minority another label",
    "Stefanowski": "it copies minority rows, and relabels majority rows, by their neighbours",
}
"""Samplers that take ``random_state`` and make the same rows whatever it is: here they do not take it."""

REMOVES_ROWS = {
    "A_SUWO": "minority rows that are noise by their neighbours",
    "AHC": "with strategy 'maj' or 'minmaj' majority rows, for the centres of their clusters",
    "DE_oversampling": "rows of either class from clusters that are nearly all of one class",
    "DSMOTE": "the least normal minority rows, which come back as majority rows",
    "Gazzah": "majority rows far from their centre, and all real minority rows",
    "IPADE_ID": "all rows: it returns a few prototypes",
    "ISMOTE": "majority rows far from the minority, half as many as it lacks",
    "MOT2LD": "minority rows that are noise in a two-dimensional embedding",
    "NRAS": "minority rows that are noise by their neighbours",
    "SMOTE_ENN": "rows of either class, by edited nearest neighbours",
    "SMOTE_TomekLinks": "rows of either class that form Tomek links",
    "SPY": "majority rows near the minority, which come back as minority rows",
    "Stefanowski": "majority rows that are noise by their neighbours",
    "SUNDO": "majority rows that are nearest to each other",
    "SVM_balance": "nothing, but gives each row the label that a support vector machine predicts",
    "VIS_RST": "majority rows with a minority neighbour, which come back as minority rows",
}
"""What a sampler removes by design, or gives another label."""

REFUSED = {
    "E_SMOTE": (
        "it selects features and returns rows of these alone, so that a classifier trained on them cannot "
        "read the test rows; take another sampler"
    ),
    "ISOMAP_Hybrid": (
        "it returns rows of an Isomap embedding in place of the features, so that a classifier trained on "
        "them knows nothing of the test rows; take another sampler"
    ),
}
"""Why a sampler cannot be used through ``fit_resample``."""
