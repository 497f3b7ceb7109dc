from oversample_bench.testing import one_thread  # noqa: F401 - a fixture that takes effect by itself
