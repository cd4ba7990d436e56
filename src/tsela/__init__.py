"""Tsela: the system that a peer-led community health programme runs on."""

__version__ = "0.1.0"
