"""What follows from events, the timetable, and the command line."""
