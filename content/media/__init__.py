"""What becomes of the files in media/: pictures, documents and films, made ready for screens once."""
