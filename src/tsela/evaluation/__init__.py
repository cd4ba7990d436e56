"""The Annual Evaluation: events → clean layer → cohorts → indicators → report.

Comes in: raw events (JSON Lines, Parquet, the record), the programme's tables and indicators. Goes out: figures with
numerator, denominator, interval, unknowns and where they come from. Needs no server and no Django.
"""
