"""Archives in, arrays out."""
