"""Bytes that stay in the image and that nobody needs."""
