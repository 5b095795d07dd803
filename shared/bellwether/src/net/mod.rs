//! The source and the ids of a request: addresses, networks, origins, request ids. This module uses no
//! problems, tokens or store.

pub mod event;
pub mod networks;
pub mod origin;
pub mod request_id;
pub mod source;
