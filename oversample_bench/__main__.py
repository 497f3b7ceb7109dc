"""``python -m oversample_bench`` is ``bench``."""

from oversample_bench.cli import main

if __name__ == "__main__":
    main()
