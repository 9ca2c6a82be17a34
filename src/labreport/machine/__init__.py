"""What a job needs of the machine that it runs on: devices, signals, a word on how it ended."""
