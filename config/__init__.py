"""Three kinds of configuration: where it runs (settings), the law (statutory/), the company (company/, demo/)."""
