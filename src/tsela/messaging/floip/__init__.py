"""Conversations from elsewhere: FLOIP 1.0 containers, as Viamo, Turn and others export them, become our flows.

Comes in: the JSON of a container. Goes out: flows as they are written in flows/NAME.yaml, translations as drafts, and a
note for everything that could not be taken over as it was. Nothing is left out silently. Pure.
"""

from tsela.messaging.floip.container import Imported, take_over

__all__ = ["Imported", "take_over"]
