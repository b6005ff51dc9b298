"""A run's figures on any data."""
