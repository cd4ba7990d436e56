"""From a client's events and the programme's rules to her plan: what is due, for whom, and why."""
