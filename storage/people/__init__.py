"""Persons as rows: their accounts, consents and requests; erasing them."""
