"""What is in the texts: copies, HTML, personal data, languages."""
