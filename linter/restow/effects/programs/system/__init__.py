"""Accounts, services, wrappers, and what keeps a system in order."""
