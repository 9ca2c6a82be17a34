"""Drawings of networks: a network is followed, its rows are read off it, and a layout places them."""
