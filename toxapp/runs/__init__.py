"""The run folder: its settings, what happens in it, and the rules in force."""
