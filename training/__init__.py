"""The program that trains one run folder: `python -m training RUN_DIR`. Nothing imports it.

Several GPUs: `accelerate launch -m training RUN_DIR`, one process per GPU; the first one speaks
for the job.
"""
