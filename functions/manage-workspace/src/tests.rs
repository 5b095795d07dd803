use bellwether::auth::access::Role;
use serde_json::{Value, json};
use testing::bench::{Bench, with_body};

use super::FUNCTION;
