"""Carrying out a run: its folder, checkpoints, progress and messages. Nothing here can change a number."""
