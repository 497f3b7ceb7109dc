"""From the blocks of a report to documents: each module writes one format, and none works anything out."""
