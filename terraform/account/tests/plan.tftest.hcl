# What an account has once, planned without a cloud.
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

run "the_gateways_logs_belong_to_the_account" {
  command = plan

  assert {
    condition     = aws_api_gateway_account.this.cloudwatch_role_arn == aws_iam_role.gateway_logs.arn && aws_iam_role_policy_attachment.gateway_logs.role == aws_iam_role.gateway_logs.name
    error_message = "API Gateway writes logs with this role, under AWS's own policy."
  }
  assert {
    condition     = aws_iam_role.gateway_logs.name == "bellwether-gateway-logs-eu-central-1"
    error_message = "Roles are global and the setting is of a region: each region has a role of its own."
  }
  assert {
    condition     = [for statement in jsondecode(aws_iam_role.gateway_logs.assume_role_policy).Statement : statement.Principal] == [{ Service = "apigateway.amazonaws.com" }]
    error_message = "Only API Gateway takes the role."
  }
}

run "wrong_values_are_refused" {
  command = plan
  variables {
    account_id = "1234"
    region     = "Frankfurt"
    partition  = "azure"
    name       = "Bell-wether"
  }
  expect_failures = [var.account_id, var.region, var.partition, var.name]
}
