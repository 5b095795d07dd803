//! Who is at the other end of a request, and what it is called: addresses, networks, origins, request ids. A leaf:
//! nothing here knows of problems, tokens or the store.

pub mod event;
pub mod networks;
pub mod origin;
pub mod request_id;
pub mod source;
