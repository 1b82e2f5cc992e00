"""Many points: sweep files read, points sampled, runs carried out in rounds."""
