# Plans the account-level settings without a cloud.
mock_provider "aws" {
  override_during = plan

  mock_resource "aws_iam_role" {
    defaults = { arn = "arn:aws:iam::123456789012:role/mocked" }
  }
}

variables {
  account_id = "123456789012"
  region     = "eu-central-1"
}

run "api_gateway_writes_logs_with_the_role_of_the_account" {
  command = plan

  assert {
    condition = (
      aws_api_gateway_account.this.cloudwatch_role_arn == aws_iam_role.gateway_logs.arn &&
      aws_iam_role_policy_attachment.gateway_logs.role == aws_iam_role.gateway_logs.name
    )
    error_message = "API Gateway must write logs with this role, under the managed policy of AWS."
  }
  assert {
    condition     = aws_iam_role.gateway_logs.name == "bellwether-gateway-logs-eu-central-1"
    error_message = "Roles are global and the setting is regional: each region needs its own role."
  }
  assert {
    condition = [
      for statement in jsondecode(aws_iam_role.gateway_logs.assume_role_policy).Statement : statement.Principal
    ] == [{ Service = "apigateway.amazonaws.com" }]
    error_message = "Only API Gateway may assume the role."
  }
}

run "invalid_values_are_rejected" {
  command = plan
  variables {
    account_id = "1234"
    region     = "Frankfurt"
    partition  = "azure"
    name       = "Bell-wether"
  }
  expect_failures = [var.account_id, var.region, var.partition, var.name]
}
