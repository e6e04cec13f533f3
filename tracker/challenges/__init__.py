"""What readers write: a challenge to a published record. The one part of the public site that writes, over the desk's connection."""
