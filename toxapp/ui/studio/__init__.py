"""The Thresholds page in parts: what is wished, what stands, what is saved, what is shown."""
