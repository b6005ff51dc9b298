"""What the columns of a file hold, guessed from their cells and names."""
