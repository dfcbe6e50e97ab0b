"""How instructions are cut into layers."""
