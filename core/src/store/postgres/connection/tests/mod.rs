//! What is promised, tried on texts and on servers.
