"""A synthetic programme with known truth.

In: a programme folder, a number of clients, years, a seed, and how people behave. Out: the events that Mentor Mothers
would have recorded, and the truth behind them: the rates that were asked for and the rates that came out. Serves the
demo, load tests, the proof that the evaluation recovers the truth, and the fault tests of sync. Every person is invented.
"""
