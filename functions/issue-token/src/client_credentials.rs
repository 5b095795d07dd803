//! The grant `client_credentials`.

use bellwether::App;
use bellwether::auth::clients::{Client, ClientId};
use bellwether::auth::token::Grant;
use bellwether::http::oauth::tokens;
use bellwether::http::problem::Problem;
use bellwether::http::problem::oauth::OAuthError;
use bellwether::http::reply::Reply;
use bellwether::runtime::Call;
use bellwether::store::audit::Action;

use crate::IssueToken;

/// Returns an access token for the client's scopes, or for the part of them that the request names. There is no
/// refresh token, because the secret can be used again (RFC 6749 section 4.4.3).
pub async fn respond(app: &App, call: &Call<IssueToken>) -> Result<Reply, Problem> {
    let client = prove(app, call).await?;
    let grant =
        Grant::to_client(&client).narrowed(call.body.text("scope")).ok_or(OAuthError::InvalidScope)?;
    let issued = app.auth.grant(grant).await?;
    let origin = call.origin(app)?;
    let id = &client.client_id;
    let entry = origin.record(&client.workspace, id, Action::ClientSignedIn, id);
    app.store.audit.put(&entry.detail(issued.scope.clone())).await?;
    tokens::in_body(&issued, None)
}

async fn prove(app: &App, call: &Call<IssueToken>) -> Result<Client, Problem> {
    let offered = call.body.client(&call.request)?.ok_or(OAuthError::InvalidClient)?;
    let id = ClientId::parse(&offered.client_id).map_err(|_| OAuthError::InvalidClient)?;
    let client = app.store.clients.client(&id).await?;
    Ok(client.filter(|client| client.admits(&offered.secret)).ok_or(OAuthError::InvalidClient)?)
}
