//! Of whom the present request turns out to be, for its line in the log: said where a token is verified or
//! issued, heard by what stands around the request, and passed on by nobody in between.

use std::future::Future;
use std::sync::{Arc, OnceLock};

use domain::experiment::Workspace;

tokio::task_local! {
    /// Who the present request turns out to be of.
    static PRESENT: Arc<OnceLock<(String, Workspace)>>;
}

/// Records the subject and the workspace of the current request. A second call changes nothing.
pub fn identify(subject: &str, workspace: &Workspace) {
    let _ = PRESENT.try_with(|present| present.set((subject.to_owned(), workspace.clone())));
}

/// Of whom a request is, as soon as anybody has said so.
#[derive(Debug, Default)]
pub struct Identified(Arc<OnceLock<(String, Workspace)>>);

impl Identified {
    /// Does the work of the request; whoever it says it is of ([`identify`]) can be asked for afterwards.
    pub async fn during<T>(&self, work: impl Future<Output = T>) -> T {
        PRESENT.scope(self.0.clone(), work).await
    }

    /// The subject and the workspace; empty while nobody has said them.
    #[must_use]
    pub fn names(&self) -> (&str, &str) {
        self.0.get().map_or(("", ""), |(subject, workspace)| (subject.as_str(), workspace.as_str()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_request_is_of_whoever_is_named_first_and_of_nobody_outside_it() {
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
