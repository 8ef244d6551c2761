"""Human resources itself, one package a context; lower contexts never import higher ones."""
