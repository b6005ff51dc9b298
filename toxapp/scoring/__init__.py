"""Files of any size become scored files: streamed, resumable, by a run's own engine."""
