"""Everything that is made: what it is, what it is made from, where it lies, and why it would be made again."""
