"""The words that are sent: reviewed, in her language, in the tier that holds, and scanned once more (M2, M10, M12, M13)."""

from tsela.messaging.models import ContactPoint


def require_safe(contact: ContactPoint, text: str) -> None:
    """E732 where a person's own words would tell whoever reads this phone."""
    raise NotImplementedError
