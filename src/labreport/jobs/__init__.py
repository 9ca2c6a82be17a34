"""What a job needs of the machine that it runs on: a device of its own, a process, a word on how it ended."""
