"""The science of a run: whatever here changes can change a number, and is in the key of the runs that use it."""
