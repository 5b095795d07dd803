# Plans the deployment of `make e2e` without a cloud.
mock_provider "aws" {
  source          = "../../modules/bellwether/tests/mocks"
  override_during = plan
}

variables {
  endpoint          = "http://127.0.0.1:4566"
  api_id            = "be11e7be"
  package_directory = "packages"
  package_bucket    = "packages"
}

run "the_deployment_has_the_settings_of_production" {
  command = plan

  assert {
    condition     = output.name == "bellwether-prod" && output.waf && length(output.unused_settings) == 0
    error_message = "The deployment must have every setting of prod.tfvars."
  }
}

run "another_host_is_rejected" {
  command = plan
  variables {
    endpoint = "http://example.com:4566"
    api_id   = "bellwether"
  }
  expect_failures = [var.endpoint, var.api_id]
}
