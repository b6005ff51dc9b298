"""Files of labelled comments become a dataset of the workspace: read, checked, split, stored."""
