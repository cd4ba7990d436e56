"""What is said with clients, on which channel, and whether it may be.

Comes in: plans and consents of the record, raw webhook requests, decisions of staff. Goes out: messages (once each),
conversations and calls for staff to answer, events of the record. contract/MESSAGES.md numbers the rules.
"""
