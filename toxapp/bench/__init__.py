"""What is measured against what: `python -m toxapp bench ...`."""
