use std::os::unix::fs::PermissionsExt;

use super::super::versions::CURRENT;
use super::*;

fn call(secrets: &Secrets, operation: &str, body: &Value) -> Result<Value, String> {
    let (status, answer) = secrets.answer(operation, body.to_string().as_bytes());
    let answer: Value = serde_json::from_str(&answer).unwrap();
    if status == StatusCode::OK { Ok(answer) } else { Err(answer["__type"].as_str().unwrap().to_owned()) }
}

fn put(secrets: &Secrets, token: &str, content: &str, stage: &str) -> Result<Value, String> {
    let body = json!({ "SecretId": "keys", "ClientRequestToken": token, "SecretString": content, "VersionStages": [stage] });
    call(secrets, "PutSecretValue", &body)
}

fn with_one() -> Secrets {
    let secrets = Secrets::in_memory();
    call(&secrets, "CreateSecret", &json!({ "Name": "keys" })).unwrap();
    secrets
}

#[test]
fn a_secret_without_content_exists_and_cannot_be_read() {
    let secrets = with_one();
    assert_eq!(
        call(&secrets, "CreateSecret", &json!({ "Name": "keys" })),
        Err("ResourceExistsException".to_owned())
    );
    let read = call(&secrets, "GetSecretValue", &json!({ "SecretId": "keys" }));
    assert_eq!(read, Err("ResourceNotFoundException".to_owned()));
    let described = call(&secrets, "DescribeSecret", &json!({ "SecretId": "keys" })).unwrap();
    assert_eq!((&described["Name"], &described["VersionIdsToStages"]), (&json!("keys"), &json!({})));
    assert!(
        call(&secrets, "DescribeSecret", &json!({ "SecretId": described["ARN"] })).is_ok(),
        "by its ARN, too"
    );
}

#[test]
fn a_repeated_token_gets_the_same_response_and_does_not_replace_content() {
    let secrets = with_one();
    let first = put(&secrets, "a", "1", CURRENT).unwrap();
    assert_eq!(put(&secrets, "a", "1", CURRENT).unwrap(), first);
    assert_eq!(put(&secrets, "a", "2", CURRENT), Err("ResourceExistsException".to_owned()));
    let read = call(&secrets, "GetSecretValue", &json!({ "SecretId": "keys" })).unwrap();
    assert_eq!((&read["SecretString"], &read["VersionId"]), (&json!("1"), &json!("a")));
}

#[test]
fn a_label_moves_only_from_the_version_that_has_it() {
    let secrets = with_one();
    put(&secrets, "a", "1", CURRENT).unwrap();
    put(&secrets, "b", "2", "AWSPENDING").unwrap();
    let to = |from: Value| json!({ "SecretId": "keys", "VersionStage": CURRENT, "MoveToVersionId": "b", "RemoveFromVersionId": from });
    for wrong in [json!(null), json!("b")] {
        let moved = call(&secrets, "UpdateSecretVersionStage", &to(wrong));
        assert_eq!(moved, Err("InvalidParameterException".to_owned()));
    }
    call(&secrets, "UpdateSecretVersionStage", &to(json!("a"))).unwrap();
    let described = call(&secrets, "DescribeSecret", &json!({ "SecretId": "keys" })).unwrap();
    assert_eq!(
        described["VersionIdsToStages"],
        json!({ "a": ["AWSPREVIOUS"], "b": [CURRENT, "AWSPENDING"] })
    );
}

#[test]
fn only_the_owner_can_read_the_file_and_it_contains_acknowledged_changes() {
    let folder = std::env::temp_dir().join(format!("bellwether-secrets-{}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    let file = folder.join("secrets.json");
    let secrets = Secrets::at(&file).unwrap();
    call(&secrets, "CreateSecret", &json!({ "Name": "keys" })).unwrap();
    put(&secrets, "a", "1", CURRENT).unwrap();
    assert_eq!(std::fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o600);
    let read = call(&Secrets::at(&file).unwrap(), "GetSecretValue", &json!({ "SecretId": "keys" })).unwrap();
    assert_eq!(read["SecretString"], "1");
    std::fs::write(&file, "{").unwrap();
    assert!(Secrets::at(&file).is_err(), "a damaged file is not overwritten");
    assert!(!put(&secrets, "b", "x", CURRENT).unwrap_or_default().to_string().contains("SecretString"));
    std::fs::remove_dir_all(&folder).unwrap();
}
