"""The built-in checks that a pack names with ``integrity``, in files by what they are about.

A judgement takes a role (``NO_ROLE`` where it is about the account), what is known of the account,
and a function that tells the nearest known name; it gives findings and what it could not judge.
"""
