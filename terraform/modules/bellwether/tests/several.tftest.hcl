# The module can be called with for_each, providers and depends_on, because it has no provider blocks.
mock_provider "aws" {
  alias  = "deployments"
  source = "./tests/mocks"
}

run "two_deployments_with_one_call" {
  module {
    source = "./tests/several"
  }

  assert {
    condition     = output.names == { blue = "bellwether-blue", green = "bellwether-green" }
    error_message = "Each deployment must have its own name."
  }
  assert {
    condition     = output.secrets == { blue = "bellwether-blue/keys-private", green = "bellwether-green/keys-private" }
    error_message = "Each deployment must have its own signing keys."
  }
}
