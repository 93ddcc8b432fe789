"""Evidence: an audit kept with all that it was made of, so that it can be made again.

``gathering`` writes it, ``opening`` reads what may not be evidence at all, ``replay`` does the same
audit from it, ``verification`` compares.
"""
