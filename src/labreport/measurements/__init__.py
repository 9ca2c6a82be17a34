"""What a figure needs beside runs: one kind of measurement per file."""
