"""HTTP: logins, pages for phones (H5), the web chat, kiosks, health and metrics."""
