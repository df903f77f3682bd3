//! What is found on folders made for it.
