//! The source and the ids of a request: addresses, networks, origins, request ids. This module does not use
//! problems, tokens or the store.

pub mod event;
pub mod networks;
pub mod origin;
pub mod request_id;
pub mod source;
