"""Records that nobody made: to try the software, and to measure it, at any size. Everything that they say is made up, and says so."""
