"""Stand-ins for the platforms: strict, independent of our adapters, over real TCP on loopback."""
