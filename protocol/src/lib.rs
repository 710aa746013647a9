//! What screens, kiosks and server say to each other.
