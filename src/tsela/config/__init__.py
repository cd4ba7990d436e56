"""The server's settings and addresses.

Comes in: TSELA_* environment variables. Goes out: Django's settings, the table of URLs, the WSGI application.
"""
