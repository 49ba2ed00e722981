"""Output files as a value: name -> bytes. The writer puts them on disk whole or not at all."""
