"""How fast and how small, beside peers: ``python -m benchmarks`` (``make bench``)."""
