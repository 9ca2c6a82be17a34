"""The command `labreport`: what would be made and why, where things lie, and whether they are what they say."""
