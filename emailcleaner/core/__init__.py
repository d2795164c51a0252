"""The program without its faces: no Qt, no HTTP server, no terminal below this package."""
