"""The cards on which thresholds are moved by hand, drawn and counted in the browser."""
