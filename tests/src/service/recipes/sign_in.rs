//! Recipes for statuses of sign-in and the token endpoints only.

use bellwether::auth::access::Role;
use bellwether::operations::{LOGIN, Operation};
use serde_json::{Value, json};
use testing::{Answer, Bench, body_of, with_body, with_form, with_header};

use crate::functions;
use crate::ground::{Ground, event};

const PAGE: &str = "https://app.example.com";

/// Returns a bench on which the user of the sample event can sign in.
async fn with_ada() -> Bench {
    let bench = Bench::start().await;
    bench.found().await;
    bench
}

/// Returns the sample sign-in, with tokens in cookies for a page.
fn in_cookies(event: &Value, page: &str) -> Value {
    let mut body = body_of(event);
    body["session"] = json!("cookie");
    with_header(with_body(event.clone(), &body), "origin", page)
}

pub async fn signed_in(operation: &'static Operation) -> Answer {
    Ground::on(operation, with_ada().await).await.ask().await
}

pub async fn from_another_page(operation: &'static Operation) -> Answer {
    let ground = Ground::on(operation, with_ada().await.under_a_domain().await).await;
    ground.send(in_cookies(&ground.event, "https://elsewhere.example")).await
}

pub async fn the_sixth_failure(operation: &'static Operation) -> Answer {
    let ground = Ground::of(operation).await;
    for _ in 0..5 {
        assert_eq!(ground.ask().await.status, 401);
    }
    ground.ask().await
}

/// Uses the refresh token of a sign-in.
pub async fn refreshed(operation: &'static Operation) -> Answer {
    let ground = Ground::on(operation, with_ada().await).await;
    let sign_in = event(&ground.bench, &LOGIN, Role::Viewer).await;
    let tokens = ground.bench.call(functions::of(&LOGIN), sign_in).await.body;
    let token = tokens["refresh_token"].as_str().unwrap();
    let fields = [("grant_type", "refresh_token"), ("refresh_token", token)];
    ground.send(with_form(ground.event.clone(), &fields)).await
}

pub async fn an_unknown_client(operation: &'static Operation) -> Answer {
    let ground = Ground::of(operation).await;
    let id = format!("c_{}", "0".repeat(32));
    let fields = [("grant_type", "client_credentials"), ("client_id", &id), ("client_secret", "wrong")];
    ground.send(with_form(ground.event.clone(), &fields)).await
}

/// Sends the cookie of a session without the CSRF token.
pub async fn a_cookie_without_its_token(operation: &'static Operation) -> Answer {
    let ground = Ground::on(operation, with_ada().await.under_a_domain().await).await;
    let sign_in = event(&ground.bench, &LOGIN, Role::Viewer).await;
    let cookies = ground.bench.call(functions::of(&LOGIN), in_cookies(&sign_in, PAGE)).await.cookies;
    let refresh = cookies.iter().find(|cookie| cookie.contains("refresh")).unwrap();
    let cookie = refresh.split(';').next().unwrap();
    let event = with_form(ground.event.clone(), &[("grant_type", "refresh_token")]);
    ground.send(with_header(with_header(event, "cookie", cookie), "origin", PAGE)).await
}
