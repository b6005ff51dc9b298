"""From targets and scores to figures and thresholds: pure maths on arrays, numpy alone.

It knows no file, no run, no split and no screen: whoever calls it says where the numbers are from.
"""
