"""One thin file for each command, and the options they share."""
