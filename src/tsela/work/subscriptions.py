def follow_all() -> int:
    return 0


def nightly() -> int:
    return 0
