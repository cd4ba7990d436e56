"""Who is who, and what each may do and see: staff, roles, sites, devices, the audit.

Comes in: a coordinator's or an administrator's decision; a phone's code or token. Goes out: `policy` (the one
layer that every door asks), `devices.authenticate`, the audit's chain.
"""
