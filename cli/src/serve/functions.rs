//! Every function, linked into this process. `make generate` writes the list.

use bellwether::runtime::Function;

/// Every function there is.
pub const ALL: [Function; 28] = [
    answer_privacy_requests::FUNCTION,
    assign_variant::FUNCTION,
    create_client::FUNCTION,
    create_test::FUNCTION,
    create_user::FUNCTION,
    evaluate_tests::FUNCTION,
    export_metrics::FUNCTION,
    get_results::FUNCTION,
    get_test::FUNCTION,
    import_accounts::FUNCTION,
    issue_token::FUNCTION,
    list_clients::FUNCTION,
    list_tests::FUNCTION,
    list_users::FUNCTION,
    login::FUNCTION,
    look_up_accounts::FUNCTION,
    manage_workspace::FUNCTION,
    plan_test::FUNCTION,
    publish_keys::FUNCTION,
    record_conversion::FUNCTION,
    reject_method::FUNCTION,
    request_privacy::FUNCTION,
    revoke_token::FUNCTION,
    rotate_keys::FUNCTION,
    summarize_tests::FUNCTION,
    update_client::FUNCTION,
    update_test::FUNCTION,
    update_user::FUNCTION,
];
