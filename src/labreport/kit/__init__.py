"""Runs trained on another machine: what is carried there in a kit, and what comes back."""
