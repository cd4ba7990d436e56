"""The programme folder: in come forms, schedules, flags, policies and facts as files; out goes one checked `Programme`."""
