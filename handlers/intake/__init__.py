"""What sources tell of dossiers: files, pushes, systems that are asked."""
