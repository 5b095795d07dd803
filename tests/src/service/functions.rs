//! Links every function into this process.

use bellwether::operations::Operation;
use bellwether::runtime::Function;
use bellwether_cli::serve::FUNCTIONS as ALL;
use testing::document;

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
