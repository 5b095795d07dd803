# Log groups are created before the services that write to them: a group that a service creates has no retention and no key.
locals {
  log_key = var.customer_keys ? aws_kms_key.this["logs"].arn : null

  # The name that API Gateway uses for its execution logs. It creates the group if the group does not exist.
  execution_log_group = "API-Gateway-Execution-Logs_${aws_api_gateway_rest_api.this.id}/${local.stage}"
}

resource "aws_cloudwatch_log_group" "function" {
  for_each          = local.functions
  name              = "/aws/lambda/${local.function_names[each.key]}"
  retention_in_days = var.log_retention_days
  tags              = local.tags
  kms_key_id        = local.log_key
}

resource "aws_cloudwatch_log_group" "gateway" {
  name              = "/aws/apigateway/${local.name}"
  retention_in_days = var.log_retention_days
  tags              = local.tags
  kms_key_id        = local.log_key
}

resource "aws_cloudwatch_log_group" "gateway_execution" {
  name              = local.execution_log_group
  retention_in_days = var.log_retention_days
  tags              = local.tags
  kms_key_id        = local.log_key
}

# AWS WAF requires this prefix of the name.
resource "aws_cloudwatch_log_group" "waf" {
  count             = var.waf.enabled ? 1 : 0
  name              = "aws-waf-logs-${local.name}"
  retention_in_days = var.log_retention_days
  tags              = local.tags
  kms_key_id        = local.log_key
}
