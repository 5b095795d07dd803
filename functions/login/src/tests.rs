//! Tests of signing in.

use bellwether::auth::access::throttle::MONTH;
use bellwether::auth::access::{Role, Scope};
use bellwether::http::reply::Reply;
use bellwether::runtime::Function;
use bellwether::runtime::guard::require;
use bellwether::store::item::{Item, key, text_value};
use futures_util::future::join_all;
use serde_json::{Value, json};
use testing::{Answer, Bench, as_payload_2, from_address, user_named, with_body, with_header};

use super::FUNCTION;

const PASSWORD: &str = "correct horse battery staple";

async fn with_ada(role: Role) -> (Bench, Value) {
    let bench = Bench::start().await;
    bench.app.store.identities.create_user(&user_named("ada@example.com", role, "acme")).await.unwrap();
    let event = bench.event("login", role).await;
    (bench, testing::without_token(event))
}

fn offer(event: &Value, email: &str, password: &str, address: &str) -> Value {
    let event = with_body(event.clone(), &json!({ "email": email, "password": password }));
    from_address(event, address)
}

async fn fail(bench: &Bench, event: &Value, times: usize, address: &str) -> Vec<u16> {
    let mut statuses = Vec::new();
    for _ in 0..times {
        let response = bench.call(FUNCTION, offer(event, "ada@example.com", "wrong", address)).await;
        statuses.push(response.status);
    }
    statuses
}

async fn sign_in(bench: &Bench, event: &Value, address: &str) -> Answer {
    bench.call(FUNCTION, offer(event, "ada@example.com", PASSWORD, address)).await
}

/// Returns the items that are stored under a key, with their attributes as JSON texts.
async fn stored(bench: &Bench, table: &str) -> Vec<Value> {
    let scan = bench.database().scan().table_name(format!("bench-{table}")).send().await.unwrap();
    scan.items().iter().map(|item| serde_dynamo::from_item(item.clone()).unwrap()).collect()
}

fn named<'a>(items: &'a [Value], prefix: &str) -> Vec<&'a Value> {
    items.iter().filter(|item| item["pk"].as_str().unwrap().starts_with(prefix)).collect()
}

/// Adds to a stored count.
async fn add(bench: &Bench, item: &Value, more: i64) {
    let pk = item["pk"].as_str().unwrap();
    let update = bench.database().update_item().table_name("bench-identities").set_key(Some(key(pk)));
    let update = update.update_expression("ADD #count :more").expression_attribute_names("#count", "count");
    let more = serde_dynamo::to_attribute_value(more).unwrap();
    update.expression_attribute_values(":more", more).send().await.unwrap();
}

#[tokio::test]
async fn the_right_password_returns_a_token_with_the_roles_scopes_and_a_refresh_token() {
    let (bench, event) = with_ada(Role::Analyst).await;
    let (response, spent) = bench.metered(FUNCTION, event.clone()).await;
    assert_eq!(response.status, 200, "{}", response.body);
    assert_eq!(response.body["token_type"], "Bearer");
    assert_eq!(response.body["expires_in"], 900);
    assert_eq!(
        response.body["scope"],
        "tests:read tests:write assignments:read conversions:read results:read workspace:read accounts:read accounts:write"
    );
    assert_eq!(response.body["access_token"].as_str().unwrap().split('.').count(), 3);
    assert!(response.body["refresh_token"].as_str().unwrap().starts_with("bwr_"));
    // Reads of the user and of three counts, writes of three counts, three decrements, the session with its record, and
    // the outcome.
    assert_eq!(spent.calls, 12);
    assert_eq!(bench.call(FUNCTION, as_payload_2(&event)).await.status, 200);
}

#[tokio::test]
async fn a_sign_in_stores_a_session_of_hashes_and_a_record_without_token_or_address() {
    let (bench, event) = with_ada(Role::Analyst).await;
    let response = bench.call(FUNCTION, event).await;
    let audit = stored(&bench, "audit").await;
    assert_eq!(audit.len(), 1, "{audit:?}");
    assert_eq!((&audit[0]["action"], &audit[0]["outcome"]), (&json!("signed_in"), &json!("done")));
    assert_eq!((&audit[0]["source"], &audit[0]["workspace"]), (&json!("203.0.113.7"), &json!("acme")));
    let identities = stored(&bench, "identities").await;
    assert_eq!(named(&identities, "session/").len(), 1);
    let text = serde_json::to_string(&identities).unwrap();
    for secret in ["access_token", "refresh_token"] {
        assert!(!text.contains(response.body[secret].as_str().unwrap()), "{secret} is stored");
    }
    let throttles = serde_json::to_string(&named(&identities, "throttle/")).unwrap();
    assert!(!throttles.contains("ada@") && !throttles.contains("203.0.113.7"), "{throttles}");
    let counted = named(&identities, "counter/sign-in/succeeded/");
    assert_eq!((counted.len(), &counted[0]["count"]), (1, &json!(1)));
}

#[tokio::test]
async fn wrong_password_unknown_user_and_disabled_user_get_the_same_response() {
    let (bench, event) = with_ada(Role::Analyst).await;
    let mut bob = user_named("bob@example.com", Role::Analyst, "acme");
    bob.disabled = true;
    bench.app.store.identities.create_user(&bob).await.unwrap();
    let mut responses = Vec::new();
    for (email, password) in
        [("ada@example.com", "wrong"), ("eve@example.com", PASSWORD), ("bob@example.com", PASSWORD)]
    {
        let (response, spent) = bench.metered(FUNCTION, offer(&event, email, password, "203.0.113.7")).await;
        assert_eq!(response.status, 401, "{email}");
        assert_eq!(response.headers.get("www-authenticate"), None, "a browser must not show its own prompt");
        responses.push((response.body, spent.calls, response.headers));
    }
    assert_eq!(responses[0], responses[1]);
    assert_eq!(responses[0], responses[2]);
    assert!(stored(&bench, "audit").await.is_empty(), "a failed sign-in causes no record");
}

#[tokio::test]
async fn a_source_with_five_failures_gets_429_with_the_ratelimit_headers() {
    let (bench, event) = with_ada(Role::Analyst).await;
    assert_eq!(fail(&bench, &event, 6, "203.0.113.7").await, [401, 401, 401, 401, 401, 429]);
    let response = sign_in(&bench, &event, "203.0.113.7").await;
    assert_eq!(
        (response.status, &response.headers["retry-after"]),
        (429, &json!("1")),
        "even with the right password"
    );
    assert_eq!(response.headers["ratelimit-policy"], "\"sign-in\";q=5;w=86400");
    assert_eq!(response.headers["ratelimit"], "\"sign-in\";r=0;t=1");
    assert_eq!(sign_in(&bench, &event, "203.0.113.8").await.status, 200, "another source is not throttled");
    bench.pass(1);
    assert_eq!(fail(&bench, &event, 2, "203.0.113.7").await, [401, 429]);
    bench.pass(2);
    assert_eq!(sign_in(&bench, &event, "203.0.113.7").await.status, 200);
    assert_eq!(fail(&bench, &event, 6, "203.0.113.7").await[4..], [401, 429], "a success resets the count");
}

/// Returns how many attempts were hashed; asserts that the others were throttled or found the store busy.
fn hashed(responses: &[Answer]) -> usize {
    let others = responses.iter().filter(|response| response.status != 401);
    let others: Vec<u16> = others.map(|response| response.status).collect();
    assert!(others.iter().all(|status| [429, 503].contains(status)), "{others:?}");
    responses.len() - others.len()
}

#[tokio::test]
async fn of_200_concurrent_wrong_passwords_at_several_instances_five_are_hashed() {
    let (bench, event) = with_ada(Role::Analyst).await;
    let instances = [bench.cold().await, bench.cold().await, bench.cold().await, bench];
    let wrong = offer(&event, "ada@example.com", "wrong", "203.0.113.7");
    let calls = (0..200).map(|n| instances[n % 4].call(FUNCTION, wrong.clone()));
    let hashed = hashed(&join_all(calls).await);
    // On a busy computer, an attempt that was counted may have had no time to be hashed.
    assert!(hashed <= 5, "{hashed} were hashed");
    let [.., bench] = &instances;
    let counted = stored(bench, "identities").await;
    assert_eq!(named(&counted, "throttle/pair/").len(), 1, "all attempts were counted in one item");
    let next = bench.call(FUNCTION, wrong).await.status;
    assert!(next == 429 || (next == 401 && hashed < 5), "{hashed} were hashed, and then {next}");
}

#[tokio::test]
async fn concurrent_attempts_on_many_accounts_share_the_daily_limit_of_a_source() {
    let (bench, event) = with_ada(Role::Analyst).await;
    fail(&bench, &event, 1, "203.0.113.7").await;
    let identities = stored(&bench, "identities").await;
    add(&bench, named(&identities, "throttle/source/")[0], 94).await;
    let offers = (0..12).map(|n| offer(&event, &format!("someone{n}@example.com"), "wrong", "203.0.113.7"));
    let hashed = hashed(&join_all(offers.map(|offer| bench.call(FUNCTION, offer))).await);
    assert!((1..=5).contains(&hashed), "{hashed} were hashed");
}

#[tokio::test]
async fn a_throttled_attempt_hashes_nothing_and_writes_nothing() {
    let (bench, event) = with_ada(Role::Analyst).await;
    fail(&bench, &event, 5, "203.0.113.7").await;
    let before = stored(&bench, "identities").await;
    let (response, spent) =
        bench.metered(FUNCTION, offer(&event, "ada@example.com", "x", "203.0.113.7")).await;
    assert_eq!((response.status, spent.calls), (429, 4));
    assert_eq!(stored(&bench, "identities").await, before);
}

#[tokio::test]
async fn addresses_of_one_ipv6_network_are_one_source() {
    let (bench, event) = with_ada(Role::Analyst).await;
    for host in 1..=5 {
        assert_eq!(fail(&bench, &event, 1, &format!("2001:db8:1:2::{host}")).await, [401]);
    }
    assert_eq!(fail(&bench, &event, 1, "2001:db8:1:2:ffff::1").await, [429]);
    assert_eq!(fail(&bench, &event, 1, "2001:db8:1:3::1").await, [401]);
}

#[tokio::test]
async fn forwarding_headers_do_not_change_the_source() {
    let (bench, mut event) = with_ada(Role::Analyst).await;
    for n in 0..6 {
        for header in ["x-forwarded-for", "x-real-ip", "forwarded"] {
            event["headers"][header] = json!(format!("198.51.100.{n}"));
            event["multiValueHeaders"][header] = json!([format!("198.51.100.{n}")]);
        }
        let expected = if n < 5 { 401 } else { 429 };
        assert_eq!(fail(&bench, &event, 1, "203.0.113.7").await, [expected]);
    }
}

#[tokio::test]
async fn an_account_with_100_failures_is_locked_for_a_minute_except_to_known_sources() {
    let (bench, event) = with_ada(Role::Analyst).await;
    assert_eq!(sign_in(&bench, &event, "203.0.113.7").await.status, 200);
    for source in 0..20 {
        let statuses = fail(&bench, &event, 5, &format!("198.51.100.{source}")).await;
        assert_eq!(statuses, [401; 5], "source {source}");
    }
    let stranger = sign_in(&bench, &event, "192.0.2.1").await;
    assert_eq!(stranger.status, 429, "{}", stranger.body);
    assert_eq!(stranger.headers["ratelimit-policy"], format!("\"sign-in-account\";q=100;w={MONTH}"));
    assert_eq!(stranger.headers["retry-after"], "60");
    assert_eq!(sign_in(&bench, &event, "203.0.113.7").await.status, 200, "a known source can still sign in");
    assert_eq!(
        sign_in(&bench, &event, "192.0.2.1").await.status,
        200,
        "a success resets the consecutive failures"
    );
}

#[tokio::test]
async fn continued_guessing_locks_an_account_for_an_hour_at_most() {
    let (bench, event) = with_ada(Role::Analyst).await;
    for source in 0..20 {
        fail(&bench, &event, 5, &format!("198.51.100.{source}")).await;
    }
    for (n, lock) in [60, 120, 240, 480, 960, 1_920, 3_600, 3_600].into_iter().enumerate() {
        let waiting = sign_in(&bench, &event, "192.0.2.1").await;
        assert_eq!((waiting.status, &waiting.headers["retry-after"]), (429, &json!(lock.to_string())));
        bench.pass(lock);
        assert_eq!(fail(&bench, &event, 1, &format!("198.51.101.{n}")).await, [401]);
    }
    bench.pass(3_600);
    assert_eq!(sign_in(&bench, &event, "192.0.2.1").await.status, 200);
}

#[tokio::test]
async fn of_200_unknown_sources_at_an_account_whose_lock_ends_one_is_hashed() {
    let (bench, event) = with_ada(Role::Analyst).await;
    fail(&bench, &event, 1, "198.51.100.1").await;
    let identities = stored(&bench, "identities").await;
    add(&bench, named(&identities, "throttle/account/")[0], 98).await;
    let instances = [bench.cold().await, bench.cold().await, bench.cold().await, bench];
    let from = |n: usize| format!("203.0.{}.{}", n / 100, n % 100);
    for round in 0..3 {
        let offers = (0..200).map(|n| offer(&event, "ada@example.com", "wrong", &from(round * 200 + n)));
        let calls = offers.enumerate().map(|(n, offer)| instances[n % 4].call(FUNCTION, offer));
        let hashed = hashed(&join_all(calls).await);
        assert!(hashed <= 1, "round {round}: {hashed} were hashed");
        for bench in &instances {
            bench.pass(3_600);
        }
    }
}

#[tokio::test]
async fn consecutive_failures_expire_after_a_month_even_if_the_item_exists() {
    let (bench, event) = with_ada(Role::Analyst).await;
    fail(&bench, &event, 1, "198.51.100.1").await;
    let identities = stored(&bench, "identities").await;
    add(&bench, named(&identities, "throttle/account/")[0], 98).await;
    assert_eq!(fail(&bench, &event, 1, "192.0.2.2").await, [401]);
    assert_eq!(sign_in(&bench, &event, "192.0.2.1").await.status, 429);
    bench.pass(MONTH);
    assert_eq!(fail(&bench, &event, 1, "192.0.2.1").await, [401]);
    assert_eq!(sign_in(&bench, &event, "192.0.2.1").await.status, 200);
}

/// Adds this many failures to the counts of each network.
async fn fill(bench: &Bench, more: i64) {
    let identities = stored(bench, "identities").await;
    for network in named(&identities, "throttle/source/") {
        add(bench, network, more).await;
    }
}

/// Returns the statuses of one wrong password for this many unknown accounts, each from another address.
async fn spray(bench: &Bench, event: &Value, addresses: impl Iterator<Item = String>) -> Vec<u16> {
    let mut statuses = Vec::new();
    for (n, address) in addresses.enumerate() {
        let email = format!("someone{n}@example.com");
        statuses.push(bench.call(FUNCTION, offer(event, &email, "wrong", &address)).await.status);
    }
    statuses
}

#[tokio::test]
async fn one_source_can_try_a_password_on_100_accounts_a_day() {
    let (bench, event) = with_ada(Role::Analyst).await;
    let statuses = spray(&bench, &event, (0..130).map(|_| "203.0.113.7".to_owned())).await;
    assert_eq!((&statuses[..100], &statuses[100..]), (&[401; 100][..], &[429; 30][..]));
    let response = sign_in(&bench, &event, "203.0.113.7").await;
    assert_eq!(response.headers["ratelimit-policy"], "\"sign-in-source\";q=100;w=86400");
    assert_eq!(response.headers["retry-after"], "60");
    let mut locks = Vec::new();
    for n in 0..8 {
        let lock = sign_in(&bench, &event, "203.0.113.7").await.headers["retry-after"].clone();
        let seconds: i64 = lock.as_str().unwrap().parse().unwrap();
        bench.pass(seconds);
        locks.push(seconds);
        let other = offer(&event, &format!("other{n}@example.com"), "wrong", "203.0.113.7");
        assert_eq!(bench.call(FUNCTION, other).await.status, 401);
    }
    assert_eq!(locks, [60, 120, 240, 480, 960, 1_920, 3_600, 3_600]);
    bench.pass(3_600);
    assert_eq!(sign_in(&bench, &event, "203.0.113.7").await.status, 200);
}

#[tokio::test]
async fn a_known_user_signs_in_from_an_address_that_another_computer_has_locked() {
    let (bench, event) = with_ada(Role::Analyst).await;
    assert_eq!(sign_in(&bench, &event, "203.0.113.7").await.status, 200);
    spray(&bench, &event, ["203.0.113.7".to_owned()].into_iter()).await;
    fill(&bench, 98).await;
    let statuses = spray(&bench, &event, (0..3).map(|_| "203.0.113.7".to_owned())).await;
    assert_eq!(statuses, [401, 429, 429]);
    assert_eq!(sign_in(&bench, &event, "203.0.113.7").await.status, 200);
    assert_eq!(
        fail(&bench, &event, 6, "203.0.113.7").await,
        [401, 401, 401, 401, 401, 429],
        "wrong passwords are still limited"
    );
    bench.pass(1);
    assert_eq!(sign_in(&bench, &event, "203.0.113.7").await.status, 200);
    let wrong = offer(&event, "ada@example.com", "wrong", "203.0.113.7");
    let calls = (0..50).map(|_| bench.call(FUNCTION, wrong.clone()));
    let hashed = hashed(&join_all(calls).await);
    assert!(hashed <= 5, "{hashed} were hashed");
    assert_eq!(
        fail(&bench, &event, 1, "203.0.113.8").await,
        [401],
        "failures of a known source lock no account"
    );
}

#[tokio::test]
async fn an_unlocked_user_keeps_known_sources_and_loses_failures() {
    let (bench, event) = with_ada(Role::Analyst).await;
    assert_eq!(sign_in(&bench, &event, "203.0.113.7").await.status, 200);
    spray(&bench, &event, ["203.0.113.7".to_owned()].into_iter()).await;
    fill(&bench, 98).await;
    assert_eq!(spray(&bench, &event, (0..2).map(|_| "203.0.113.7".to_owned())).await, [401, 429]);
    assert_eq!(fail(&bench, &event, 6, "203.0.113.7").await[4..], [401, 429]);
    let ada = user_named("ada@example.com", Role::Analyst, "acme");
    let mut unlocked: Item = serde_dynamo::to_item(ada.unlocked()).unwrap();
    unlocked.extend(key(format!("user/{}", ada.user_id)));
    let put = bench.database().put_item().table_name("bench-identities").set_item(Some(unlocked));
    put.send().await.unwrap();
    assert_eq!(fail(&bench, &event, 6, "203.0.113.7").await, [401, 401, 401, 401, 401, 429]);
    bench.pass(1);
    assert_eq!(sign_in(&bench, &event, "203.0.113.7").await.status, 200);
}

#[tokio::test]
async fn other_addresses_of_an_ipv6_network_share_its_limit() {
    let (bench, event) = with_ada(Role::Analyst).await;
    for site in ["2001:db8:1", "2001:db8:2"] {
        spray(&bench, &event, [format!("{site}::1")].into_iter()).await;
    }
    fill(&bench, 98).await;
    let of_a_household = ["2001:db8:1:1::1", "2001:db8:1:2::1", "2001:db8:1:ff::1"].map(str::to_owned);
    assert_eq!(spray(&bench, &event, of_a_household.into_iter()).await, [401, 429, 429], "a /56");
    let of_a_site = ["2001:db8:2:100::1", "2001:db8:2:200::1", "2001:db8:2:ff00::1"].map(str::to_owned);
    assert_eq!(spray(&bench, &event, of_a_site.into_iter()).await, [401, 429, 429], "a /48");
    assert_eq!(
        sign_in(&bench, &event, "2001:db8:3::1").await.status,
        200,
        "another network is not throttled"
    );
}

const PAGE: &str = "https://app.example.com";

fn by_cookie(event: &Value) -> Value {
    let offer = json!({ "email": "ada@example.com", "password": PASSWORD, "session": "cookie" });
    with_body(event.clone(), &offer)
}

#[tokio::test]
async fn a_cookie_session_needs_a_custom_domain_and_an_allowed_page() {
    let (bench, event) = with_ada(Role::Analyst).await;
    let offer = with_header(by_cookie(&event), "origin", PAGE);
    let response = bench.call(FUNCTION, offer.clone()).await;
    assert_eq!((response.status, &response.body["errors"][0]["pointer"]), (422, &json!("/session")));
    let bench = bench.under_a_domain().await;
    for offer in [by_cookie(&event), with_header(offer, "origin", "https://app.example.com.evil.example")] {
        let response = bench.call(FUNCTION, offer).await;
        assert_eq!(
            (response.status, &response.body["type"]),
            (403, &json!("urn:bellwether:problem:cross_site"))
        );
        assert!(response.cookies.is_empty());
    }
}

#[tokio::test]
async fn scripts_and_other_sites_cannot_read_the_tokens_of_a_cookie_session() {
    let (bench, event) = with_ada(Role::Analyst).await;
    let bench = bench.under_a_domain().await;
    let response = bench.call(FUNCTION, with_header(by_cookie(&event), "origin", PAGE)).await;
    assert_eq!(response.status, 200, "{}", response.body);
    let fields: Vec<_> = response.body.as_object().unwrap().keys().collect();
    assert_eq!(fields, ["expires_in", "scope", "csrf_token"]);
    for (cookie, (name, seconds)) in response.cookies.iter().zip([("access", 900), ("refresh", 1_209_600)]) {
        let (value, attributes) = cookie.split_once("; ").unwrap();
        assert!(value.starts_with(&format!("__Host-bellwether-{name}=")), "{value}");
        let wanted = format!("Path=/; Max-Age={seconds}; Secure; HttpOnly; SameSite=Strict");
        assert_eq!(attributes, wanted);
    }
    assert_eq!(response.cookies.len(), 2);
}

/// Returns a function with the guard that all functions have.
fn guarded() -> Function {
    Function::on_everything("guarded", |app, request| {
        Box::pin(async move {
            require(app, &request, Scope::TestsRead).await?;
            Reply::ok(&json!({}))
        })
    })
}

#[tokio::test]
async fn an_unsafe_request_with_cookies_needs_the_csrf_token_and_an_allowed_page() {
    let (bench, event) = with_ada(Role::Analyst).await;
    let bench = bench.under_a_domain().await;
    let response = bench.call(FUNCTION, with_header(by_cookie(&event), "origin", PAGE)).await;
    let cookie = response.cookies[0].split(';').next().unwrap();
    let csrf = response.body["csrf_token"].as_str().unwrap();
    let request = with_header(event.clone(), "cookie", cookie);
    let mut get = request.clone();
    get["httpMethod"] = json!("GET");
    get["requestContext"]["httpMethod"] = json!("GET");
    assert_eq!(bench.call(guarded(), get).await.status, 200);
    let from_page = with_header(request.clone(), "origin", PAGE);
    let meant = with_header(from_page.clone(), "x-csrf-token", csrf);
    assert_eq!(bench.call(guarded(), meant.clone()).await.status, 200);
    let elsewhere = with_header(meant.clone(), "origin", "https://evil.example");
    let null = with_header(meant.clone(), "origin", "null");
    let wrong = with_header(from_page.clone(), "x-csrf-token", "wrong");
    let no_origin = with_header(request.clone(), "x-csrf-token", csrf);
    for forged in [request, from_page, elsewhere, null, wrong, no_origin] {
        let response = bench.call(guarded(), forged).await;
        assert_eq!(
            (response.status, &response.body["type"]),
            (403, &json!("urn:bellwether:problem:cross_site"))
        );
    }
    let records = bench.records().await;
    let refused: Vec<_> = records.iter().filter(|record| record["action"] == "refused").collect();
    assert_eq!(refused.len(), 1, "one record a minute of the same kind");
    assert!(refused.iter().all(|record| record["detail"] == "not from an allowed page"));
    let off = bench.cold().await;
    assert_eq!(off.call(guarded(), meant).await.status, 401, "cookies need a custom domain");
}

#[tokio::test]
async fn a_token_is_valid_only_where_it_was_issued_for() {
    let (bench, event) = with_ada(Role::Analyst).await;
    let bench = bench.under_a_domain().await;
    let response = bench.call(FUNCTION, with_header(by_cookie(&event), "origin", PAGE)).await;
    let (_, in_cookie) = response.cookies[0].split(';').next().unwrap().split_once('=').unwrap();
    let as_header = with_header(event.clone(), "authorization", &format!("Bearer {in_cookie}"));
    assert_eq!(bench.call(guarded(), as_header).await.status, 401);
    let bearer = bench.token(Role::Analyst, "acme").await;
    let as_cookie = with_header(event, "cookie", &format!("__Host-bellwether-access={bearer}"));
    assert_eq!(bench.call(guarded(), as_cookie).await.status, 401);
}

#[tokio::test]
async fn a_password_of_the_wrong_type_is_not_repeated_in_the_response() {
    let (bench, event) = with_ada(Role::Analyst).await;
    let body = json!({ "email": "ada@example.com", "password": 918_273_645 });
    let response = bench.call(FUNCTION, with_body(event, &body)).await;
    assert_eq!((response.status, &response.body["errors"][0]["pointer"]), (422, &json!("/password")));
    assert!(!response.body.to_string().contains("918273645"), "{}", response.body);
}

#[tokio::test]
async fn a_hash_of_weaker_parameters_is_replaced_at_sign_in() {
    let bench = Bench::start().await;
    let weak =
        "$argon2id$v=19$m=8192,t=1,p=1$c2FsdHNhbHRzYWx0c2FsdA$xwP/sUpncRUpT63+0aadhrYrW8PTzYL8TrQp/6Tj9lA";
    let user = user_named("ada@example.com", Role::Analyst, "acme");
    bench.app.store.identities.create_user(&user).await.unwrap();
    let update = bench.database().update_item().table_name("bench-identities");
    let update = update.set_key(Some(key(format!("user/{}", user.user_id))));
    let update = update.update_expression("SET password_hash = :weak");
    update.expression_attribute_values(":weak", text_value(weak)).send().await.unwrap();
    let hash = || async {
        let users = stored(&bench, "identities").await;
        named(&users, "user/")[0]["password_hash"].as_str().unwrap().to_owned()
    };
    let event = testing::without_token(bench.event("login", Role::Analyst).await);
    assert_eq!(bench.call(FUNCTION, event.clone()).await.status, 200);
    let stronger = hash().await;
    assert!(stronger.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"));
    assert_eq!(bench.call(FUNCTION, event).await.status, 200);
    assert_eq!(hash().await, stronger, "a current hash stays unchanged");
}

#[tokio::test]
async fn without_its_store_or_its_keys_it_returns_503_in_time() {
    Bench::assert_unavailable_without_store(FUNCTION, "login").await;
    let (bench, event) = with_ada(Role::Analyst).await;
    let elsewhere = bench.without_keys_at("http://127.0.0.1:1");
    let began = std::time::Instant::now();
    let response = elsewhere.call(FUNCTION, event).await;
    assert_eq!((response.status, &response.headers["retry-after"]), (503, &json!("1")));
    assert!(began.elapsed().as_secs() < 3);
}
