"""One module per family of classifier: how it is built, what it learns from, how it is bundled."""
