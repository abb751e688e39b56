"""Intake: adapters that turn foreign files and payloads into our dossier record. They decide nothing."""
