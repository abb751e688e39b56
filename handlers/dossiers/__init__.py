"""Looking dossiers up, and following them."""
