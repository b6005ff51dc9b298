"""Toxapp: from a file of labelled comments to moderation decisions that can be defended."""
