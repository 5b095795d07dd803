//! Recipes that produce each status of each operation. [`common`] contains recipes for many operations, and the other
//! files those for operations of one subject. A specific recipe precedes a common one.

mod clients;
mod common;
mod directory;
mod privacy;
mod sign_in;
mod tests;
mod users;
mod workspaces;

use bellwether::operations::{BodyKind, Operation};
use testing::Answer;

use super::ground::Ground;

/// Runs the recipe for a status of an operation; returns the response, or None if there is no recipe.
pub async fn recipe(operation: &'static Operation, status: u16) -> Option<Answer> {
    if let Some(answer) = Box::pin(special(operation, status)).await {
        return Some(answer);
    }
    Some(match status {
        200..300 => Ground::of(operation).await.ask().await,
        400 => common::secret_in_query(operation).await,
        401 if operation.scope().is_some() => common::without_a_token(operation).await,
        403 if operation.scope().is_some() => common::another_role(operation).await,
        404 if operation.path_parameters().next().is_some() => common::unknown_id(operation).await,
        413 if operation.body != BodyKind::None => common::too_large(operation).await,
        415 if operation.body == BodyKind::Json => common::another_type(operation).await,
        422 if operation.body == BodyKind::Json => common::unknown_field(operation).await,
        422 if !operation.query.is_empty() => common::wrong_parameter(operation).await,
        // It reads no resource that could be missing.
        500 | 503 if operation.id == "publish-keys-metadata" => return None,
        500 => common::without_tables(operation).await,
        503 => common::out_of_reach(operation).await,
        _ => return None,
    })
}

async fn special(operation: &'static Operation, status: u16) -> Option<Answer> {
    Some(match (operation.id, status) {
        ("login", 200) => sign_in::signed_in(operation).await,
        // Without changes: no user has that address, and there is no domain.
        ("login", 401) | ("publish-keys-metadata", 404) => Ground::of(operation).await.ask().await,
        ("login", 403) => sign_in::from_another_page(operation).await,
        ("login", 429) => sign_in::the_sixth_failure(operation).await,
        ("issue-token", 200) => sign_in::refreshed(operation).await,
        ("issue-token", 401) => sign_in::an_unknown_client(operation).await,
        ("issue-token" | "revoke-token", 403) => sign_in::a_cookie_without_its_token(operation).await,
        ("publish-keys" | "plan-test", 500) => common::unreadable_keys(operation).await,
        ("publish-keys" | "plan-test", 503) => common::keys_out_of_reach(operation).await,
        ("publish-keys-metadata", 200) => common::under_a_domain(operation).await,
        ("create-user", 409) => users::twice(operation).await,
        ("update-user", 200 | 409) => users::changed(operation, status == 200).await,
        ("create-client", 409) => clients::beyond_the_quota(operation).await,
        ("update-client", 200 | 409) => clients::changed(operation, status == 200).await,
        ("create-test", 200) => tests::declared_twice(operation).await,
        ("create-test", 409) => tests::declared_otherwise(operation).await,
        ("manage-workspace", 409) => workspaces::at_another_revision(operation).await,
        ("import-accounts", 409) => directory::a_taken_alias(operation).await,
        ("import-accounts-merge", 200 | 409) => directory::merged(operation, status == 200).await,
        ("request-privacy-read", 200 | 422) => privacy::read(operation, status == 200).await,
        ("get-results-compared", 200 | 422) => tests::compared(operation, status == 200).await,
        ("update-test", 200 | 409) => tests::changed(operation, status == 200).await,
        ("record-conversion-shared", 202 | 409) => tests::shared(operation, status == 202).await,
        ("evaluate-tests-preview", 409) => tests::a_preview_of_an_archived_test(operation).await,
        ("assign-variant-exposures", 409) => tests::another_variant_was_shown(operation).await,
        ("record-conversion", 409) => tests::an_outcome_of_a_draft(operation).await,
        _ => return None,
    })
}
