"""People's pages: the Site Coordinator's team, one client's record, devices, and the evaluation.

In: a signed-in member of staff. Out: pages of what her role may see; every page says which action it needs, in `urls.py`.
"""
