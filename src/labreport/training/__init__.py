"""One loop for every task, on CPU and CUDA alike."""
