"""Sound to words: the engines, their child process and the joining of two passes."""
