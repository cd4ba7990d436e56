"""What tests start and stop: a private PostgreSQL, a site, a browser."""
