"""Three executors of one rules language, held equal: on worked cases, and on made-up programmes and histories.

`python -m tests.differential --histories 20000` prints how many were compared.
"""
