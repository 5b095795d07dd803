//! Where a request comes from and how it is identified: addresses, networks, origins, request ids. This
//! module uses no problems, tokens or store.

pub mod event;
pub mod networks;
pub mod origin;
pub mod request_id;
pub mod source;
