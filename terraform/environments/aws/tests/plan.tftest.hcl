# Plans with the settings of dev.tfvars and prod.tfvars, without a cloud.
mock_provider "aws" {
  override_during = plan

  mock_resource "aws_api_gateway_rest_api" {
    defaults = { id = "abcdef1234", execution_arn = "arn:aws:execute-api:eu-central-1:123456789012:abcdef1234" }
  }
  mock_resource "aws_api_gateway_stage" {
    defaults = { arn = "arn:aws:apigateway:eu-central-1::/restapis/abcdef1234/stages/v1" }
  }
  mock_resource "aws_cloudwatch_log_group" {
    defaults = { arn = "arn:aws:logs:eu-central-1:123456789012:log-group:mocked" }
  }
  mock_resource "aws_iam_role" {
    defaults = { arn = "arn:aws:iam::123456789012:role/mocked" }
  }
  mock_resource "aws_kms_key" {
    defaults = { arn = "arn:aws:kms:eu-central-1:123456789012:key/mocked" }
  }
  mock_resource "aws_lambda_function" {
    defaults = { arn = "arn:aws:lambda:eu-central-1:123456789012:function:mocked", version = "1" }
  }
  mock_resource "aws_lambda_alias" {
    defaults = { arn = "arn:aws:lambda:eu-central-1:123456789012:function:mocked:live" }
  }
  mock_resource "aws_sns_topic" {
    defaults = { arn = "arn:aws:sns:eu-central-1:123456789012:mocked" }
  }
  mock_resource "aws_sqs_queue" {
    defaults = { arn = "arn:aws:sqs:eu-central-1:123456789012:mocked", url = "https://sqs.eu-central-1.amazonaws.com/123456789012/mocked" }
  }
  mock_resource "aws_wafv2_ip_set" {
    defaults = { arn = "arn:aws:wafv2:eu-central-1:123456789012:regional/ipset/mocked/1" }
  }
  mock_resource "aws_wafv2_web_acl" {
    defaults = { arn = "arn:aws:wafv2:eu-central-1:123456789012:regional/webacl/mocked/1" }
  }
}

variables {
  account_id = "123456789012"
}

run "settings" {
  module {
    source = "./tests/settings"
  }
  assert {
    condition = alltrue([
      for settings in values(output.of) : length(setsubtract(keys(settings), [
        "region", "environment", "waf", "customer_keys", "alarms", "deletion_protection", "log_retention_days",
      ])) == 0
    ])
    error_message = "Pass the new setting to the runs of this file."
  }
}

run "dev" {
  command = plan
  variables {
    region              = run.settings.of.dev.region
    environment         = run.settings.of.dev.environment
    waf                 = run.settings.of.dev.waf
    customer_keys       = run.settings.of.dev.customer_keys
    alarms              = run.settings.of.dev.alarms
    deletion_protection = run.settings.of.dev.deletion_protection
    log_retention_days  = run.settings.of.dev.log_retention_days
  }

  assert {
    condition     = output.name == "bellwether-dev" && output.region == "eu-central-1" && !output.waf && output.domain == null
    error_message = "dev must have no firewall."
  }
}

run "prod" {
  command = plan
  variables {
    region              = run.settings.of.prod.region
    environment         = run.settings.of.prod.environment
    waf                 = run.settings.of.prod.waf
    customer_keys       = run.settings.of.prod.customer_keys
    alarms              = run.settings.of.prod.alarms
    deletion_protection = run.settings.of.prod.deletion_protection
    log_retention_days  = run.settings.of.prod.log_retention_days
  }

  assert {
    condition     = output.name == "bellwether-prod" && output.region == "eu-central-1" && output.waf && output.domain == null
    error_message = "prod must have a firewall that blocks."
  }
}
