//! A client's secrets and their stored form.

use super::*;

#[test]
fn a_client_is_accepted_with_either_secret_until_it_is_disabled() {
    let now = Timestamp::from_millis(0);
    let (one, first) = ClientSecret::from_random([1; 32], now);
    let (two, second) = ClientSecret::from_random([2; 32], now);
    let (_, stranger) = ClientSecret::from_random([3; 32], now);
    let mut client = Client {
        client_id: ClientId::from_random([7; 16]),
        workspace: Workspace::parse("acme").unwrap(),
        name: "crm".to_owned(),
        scopes: vec![Scope::AssignmentsWrite],
        secrets: vec![one, two],
        disabled: false,
        revision: 1,
        created_at: now,
    };
    assert!(client.admits(&first) && client.admits(&second) && !client.admits(&stranger));
    let stored = serde_json::to_string(&client).unwrap();
    assert!(!stored.contains(first.expose_secret()), "the secret itself is stored: {stored}");
    client.disabled = true;
    assert!(!client.admits(&first));
}

#[test]
fn only_the_written_form_of_an_id_is_parsed() {
    let id = ClientId::from_random([0xab; 16]);
    assert_eq!(ClientId::parse(&id.to_string()), Ok(id));
    for text in [
        "",
        "c_",
        "c_12",
        "C_abababababababababababababababab",
        "c_ABABABABABABABABABABABABABABABAB",
        "x_abababababababababababababababab",
    ] {
        assert_eq!(ClientId::parse(text), Err(NotAClientId), "{text}");
    }
}
