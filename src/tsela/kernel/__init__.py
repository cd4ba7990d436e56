"""Ids, civil dates and the error catalogue: what every room stands on.

Comes in: nothing. Goes out: small pure functions and values. Imports only the standard library.
"""
