//! Channels that configuration declares or binds.
