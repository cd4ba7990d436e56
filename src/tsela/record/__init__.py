"""The event log and what is computed from it at once: who a client is, and where.

Comes in: events from any door (`actions.ingest`). Goes out: events of some clients, of all, or since a number
(`queries`); the table of clients, which can be made again from the log (`actions.rebuild`).
"""
