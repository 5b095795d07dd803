//! Conversions of errors from other modules to problems. Only here does an error that is independent of HTTP
//! get its status.

use super::Problem;
use super::oauth::OAuthError;
use crate::auth::AuthError;
use crate::auth::access::csrf::NotOwnPage;
use crate::auth::access::throttle::Wait;
use crate::auth::keys::KeysError;
use crate::auth::preview::PreviewRefused;
use crate::auth::rotation::NotNow;
use crate::auth::token::TokenRefused;
use crate::auth::users::{NotRevised, Superseded};
use crate::json::Unreadable;
use crate::net::source::NoSource;
use crate::store::StoreError;
use crate::store::ledger::Barred;
use domain::experiment::Refusal;
use domain::validation::Invalid;

impl From<Wait> for Problem {
    fn from(wait: Wait) -> Self {
        Self::TooMany(wait)
    }
}

impl From<StoreError> for Problem {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::Unavailable(cause) => Self::Unavailable(cause),
            StoreError::Broken(cause) => Self::Internal(cause),
        }
    }
}

impl From<Vec<Invalid>> for Problem {
    fn from(fields: Vec<Invalid>) -> Self {
        Self::Invalid(fields)
    }
}

impl From<PreviewRefused> for Problem {
    fn from(refused: PreviewRefused) -> Self {
        Invalid::from(refused).into()
    }
}

impl From<NoSource> for Problem {
    fn from(missing: NoSource) -> Self {
        Self::internal(missing)
    }
}

impl From<Unreadable> for Problem {
    fn from(unreadable: Unreadable) -> Self {
        match unreadable {
            Unreadable::Malformed(why) => Self::Malformed(why),
            Unreadable::Field(field) => field.into(),
        }
    }
}

impl From<Vec<screen::Refused>> for Problem {
    fn from(texts: Vec<screen::Refused>) -> Self {
        Self::Invalid(texts.into_iter().map(Invalid::from).collect())
    }
}

impl From<Invalid> for Problem {
    fn from(field: Invalid) -> Self {
        Self::Invalid(vec![field])
    }
}

impl From<Refusal> for Problem {
    fn from(refusal: Refusal) -> Self {
        match refusal {
            Refusal::Invalid(fields) => Self::Invalid(fields),
            Refusal::Conflict(why) => Self::Conflict(why),
        }
    }
}

impl From<OAuthError> for Problem {
    fn from(error: OAuthError) -> Self {
        Self::OAuth(error)
    }
}

impl From<AuthError> for Problem {
    fn from(error: AuthError) -> Self {
        match error {
            AuthError::Keys(error) => error.into(),
            AuthError::Refused(why) => Self::InvalidToken(why),
        }
    }
}

impl From<KeysError> for Problem {
    fn from(error: KeysError) -> Self {
        match error {
            KeysError::Unavailable(cause) => Self::Unavailable(cause),
            KeysError::Broken(cause) => Self::Internal(cause),
        }
    }
}

impl From<Superseded> for Problem {
    fn from(_: Superseded) -> Self {
        Self::InvalidToken(TokenRefused::Superseded)
    }
}

impl From<NotNow> for Problem {
    fn from(why: NotNow) -> Self {
        Self::Conflict(why.to_string())
    }
}

impl From<Barred> for Problem {
    fn from(barred: Barred) -> Self {
        match barred {
            Barred::Superseded => Superseded.into(),
            Barred::Full(reached) => Self::Conflict(reached.to_string()),
        }
    }
}

impl From<NotOwnPage> for Problem {
    fn from(_: NotOwnPage) -> Self {
        Self::CrossSite
    }
}

impl From<NotRevised> for Problem {
    fn from(why: NotRevised) -> Self {
        match why {
            NotRevised::Conflict(why) => Self::Conflict(why),
            NotRevised::Unhashed(failure) => Self::internal(failure),
        }
    }
}
