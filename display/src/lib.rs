//! Hall and counter displays: their page and announcements.
