"""What reaches the ear: devices, capture, files, levels, sides and the session clock."""
