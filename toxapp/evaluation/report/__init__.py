"""A run as one HTML file, for somebody who never saw the app: figures only, no comment."""
