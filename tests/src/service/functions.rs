//! Links every function into this process.

use bellwether::operations::Operation;
use bellwether::runtime::Function;
use testing::document;

/// All functions.
pub const ALL: [Function; 21] = [
    assign_variant::FUNCTION,
    create_client::FUNCTION,
    create_test::FUNCTION,
    create_user::FUNCTION,
    export_metrics::FUNCTION,
    get_results::FUNCTION,
    get_test::FUNCTION,
    issue_token::FUNCTION,
    list_clients::FUNCTION,
    list_tests::FUNCTION,
    list_users::FUNCTION,
    login::FUNCTION,
    publish_keys::FUNCTION,
    record_conversion::FUNCTION,
    reject_method::FUNCTION,
    revoke_token::FUNCTION,
    rotate_keys::FUNCTION,
    summarize_tests::FUNCTION,
    update_client::FUNCTION,
    update_test::FUNCTION,
    update_user::FUNCTION,
];

/// Returns the function of an operation.
pub fn of(operation: &Operation) -> Function {
    let answers = |function: &&Function| function.operations().any(|own| own.id == operation.id);
    *ALL.iter().find(answers).unwrap_or_else(|| panic!("no function answers {}", operation.id))
}

#[test]
fn every_function_is_linked_and_answers_its_operations() {
    let linked = ALL.iter().map(Function::name).collect();
    assert_eq!(document::functions(), linked);
    for function in ALL {
        for operation in function.operations() {
            assert_eq!(operation.function, function.name());
        }
    }
    for operation in &bellwether::operations::OPERATIONS {
        assert_eq!(of(operation).name(), operation.function);
    }
}
