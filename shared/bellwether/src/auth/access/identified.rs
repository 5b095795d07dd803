//! The caller of the current request, for its log line. The code that verifies or issues a token sets it, and
//! the runtime reads it, so the code in between does not pass it on.

use std::future::Future;
use std::sync::{Arc, OnceLock};

use domain::experiment::Workspace;

tokio::task_local! {
    /// The subject and the workspace of the current request.
    static PRESENT: Arc<OnceLock<(String, Workspace)>>;
}

/// Sets the subject and the workspace of the current request. A second call has no effect.
pub fn identify(subject: &str, workspace: &Workspace) {
    let _ = PRESENT.try_with(|present| present.set((subject.to_owned(), workspace.clone())));
}

/// The caller of a request, after [`identify`] was called.
#[derive(Debug, Default)]
pub struct Identified(Arc<OnceLock<(String, Workspace)>>);

impl Identified {
    /// Runs the work of a request. Afterwards, [`Self::names`] returns the caller that [`identify`] set
    /// during it.
    pub async fn during<T>(&self, work: impl Future<Output = T>) -> T {
        PRESENT.scope(self.0.clone(), work).await
    }

    /// The subject and the workspace. Both are empty until they are set.
    #[must_use]
    pub fn names(&self) -> (&str, &str) {
        self.0.get().map_or(("", ""), |(subject, workspace)| (subject.as_str(), workspace.as_str()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_request_belongs_to_the_first_caller_that_is_set() {
        let (acme, globex) = (Workspace::parse("acme").unwrap(), Workspace::parse("globex").unwrap());
        let (one, other) = (Identified::default(), Identified::default());
        identify("eve", &globex);
        one.during(async {
            identify("ada", &acme);
            identify("eve", &globex);
        })
        .await;
        other.during(async {}).await;
        assert_eq!((one.names(), other.names()), (("ada", "acme"), ("", "")));
    }
}
