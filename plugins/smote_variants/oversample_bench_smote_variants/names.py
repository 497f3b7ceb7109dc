"""The classes of smote-variants 1.0.1 as a literal table, and the names that suites use for them.

Written down rather than asked of the library, which takes seconds to import and may not be installed.
"""

from __future__ import annotations

_LISTED = """
    A_SUWO ADASYN ADG ADOMS AHC AMSCO AND_SMOTE ANS ASMOBD Assembled_SMOTE Borderline_SMOTE1
    Borderline_SMOTE2 CBSO CCR CE_SMOTE cluster_SMOTE CURE_SMOTE DBSMOTE DE_oversampling DEAGO
    distance_SMOTE DSMOTE DSRBF E_SMOTE Edge_Det_SMOTE G_SMOTE GASMOTE Gaussian_SMOTE
    polynom_fit_SMOTE_star polynom_fit_SMOTE_bus polynom_fit_SMOTE_poly polynom_fit_SMOTE_mesh Gazzah
    IPADE_ID ISMOTE ISOMAP_Hybrid KernelADASYN kmeans_SMOTE Lee LLE_SMOTE LN_SMOTE LVQ_SMOTE MCT MDO
    MOT2LD MSYN MWMOTE NDO_sampling NEATER NRAS NRSBoundary_SMOTE NT_SMOTE OUPS PDFOS ProWSyn
    Random_SMOTE ROSE RWO_sampling Safe_Level_SMOTE SDSMOTE Selected_SMOTE SL_graph_SMOTE SMMO SMOBD
    SMOTE_Cosine SMOTE_D SMOTE_ENN SMOTE_FRST_2T SMOTE_IPF SMOTE_OUT SMOTE_PSO SMOTE_PSOBAT SMOTE_RSB
    SMOTE_TomekLinks SMOTE SN_SMOTE SOI_CJ SOMO SPY SSO Stefanowski SUNDO Supervised_SMOTE SVM_balance
    SYMPROD TRIM_SMOTE V_SYNTH VIS_RST MSMOTE SMOTE_AMSR SMOTEWB
"""

NAMES = tuple(_LISTED.split())
"""All that ``smote_variants.get_all_oversamplers()`` returns, in its order."""

SHORT = frozenset({"MDO", "NRAS"})
"""Baselines of the GL-GAN paper: under their own names."""

NEEDED = ("smote_variants", "minisom", "metric_learn", "seaborn")
"""What ``import smote_variants`` imports beside NumPy, SciPy, scikit-learn, joblib and pandas."""

ALSO_NEEDED = {"DEAGO": ("tensorflow",)}
"""What one of them imports when it is used."""

INSTALL = "pip install --no-deps smote-variants==1.0.1 && pip install minisom metric-learn seaborn"
"""Without its declared dependencies, of which this is all that is imported."""


def registered(name: str) -> str:
    """Return the name in suites: that of the class in lower case after ``sv_``, or alone for MDO and NRAS."""
    return name.lower() if name in SHORT else f"sv_{name.lower()}"


def install(name: str) -> str:
    """Return what to type for one of the library's samplers where something that it imports is missing."""
    extra = ALSO_NEEDED.get(name, ())
    return f"for {registered(name)} alone also: pip install {' '.join(extra)}" if extra else INSTALL
