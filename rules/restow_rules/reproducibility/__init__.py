"""What makes two builds of one commit differ."""
