"""Files of any kind become records: cells as strings, with row numbers and faults."""
