//! The keys of a bench, which its apps have in memory.

use bellwether::app::App;
use bellwether::auth::keys::kept::Kept;
use bellwether::auth::keys::{PrivateKeys, PseudonymKey, ReceiptKey};
use domain::clock::Timestamp;

use super::NOON;

/// The keys of tokens, of pseudonyms and of receipts.
#[derive(Clone)]
pub(super) struct BenchKeys {
    pub tokens: PrivateKeys,
    pseudonyms: PseudonymKey,
    receipts: ReceiptKey,
}

impl BenchKeys {
    pub fn new() -> Self {
        Self {
            tokens: PrivateKeys::first(Timestamp::from_millis(NOON)).expect("a key"),
            pseudonyms: PseudonymKey::create().expect("a key"),
            receipts: ReceiptKey::create().expect("a key"),
        }
    }

    /// Gives an app the keys, so that it does not read them.
    pub async fn give(&self, app: &App) {
        let now = app.clock.now();
        app.auth.set_keys(&self.tokens).await;
        app.pseudonyms.set(self.pseudonyms.clone(), now).await;
        app.receipts.set(self.receipts.clone(), now).await;
    }
}
