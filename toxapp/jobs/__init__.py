"""A process that works on one folder: start it, watch it, stop it, and let jobs wait in order."""
