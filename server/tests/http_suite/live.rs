//! The live connection, with a client that speaks WebSocket as browsers do.
