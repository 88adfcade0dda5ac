"""What builds and ships the program. Nothing here is part of the installed packages."""
