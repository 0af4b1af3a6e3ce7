"""The terminal front end: proof that everything but the windows runs without Qt."""
