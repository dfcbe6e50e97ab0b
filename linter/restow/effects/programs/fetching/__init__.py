"""What brings files from elsewhere, unpacks them, or checks them."""
