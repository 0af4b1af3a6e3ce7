"""What leaves the laptop: one file a format, written under a temporary name first."""
