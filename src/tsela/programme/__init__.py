"""The programme folder: in come forms, schedules, flags, guides, policies and facts as files; out goes one checked `Programme`."""

from tsela.programme.loading import Programme, ProgrammeInvalid, check, load

__all__ = ["Programme", "ProgrammeInvalid", "check", "load"]
