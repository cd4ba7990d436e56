"""The phones' door: claim, push, pull, programme, attachments, as contract/SPEC.md numbers them.

Comes in: requests of phones. Goes out: answers a phone can repeat its request for, at any moment.
"""
