output "url" {
  description = "The URL of the API, including the stage."
  value       = local.url
}

output "api_id" {
  description = "The ID of the REST API."
  value       = aws_api_gateway_rest_api.this.id
}

output "name" {
  description = "The prefix of the names of this deployment."
  value       = local.name
}

output "region" {
  description = "The AWS region of this deployment."
  value       = var.account.region
}

output "domain" {
  description = "The custom host name; null if the API has the name that AWS gives it. A custom domain requires at least TLS 1.2."
  value       = var.domain == null ? null : var.domain.name
}

output "waf" {
  description = "Whether a firewall blocks known attacks on the API, and does not only count them."
  value       = var.waf.enabled && var.waf.modes.known_bad == "block"
}

output "admin_networks" {
  description = "The networks from which administrative routes can be called; empty for all."
  value       = var.admin_networks
}

output "functions" {
  description = "The functions, each with its name in AWS and the version that this apply published."
  value       = { for name, function in aws_lambda_function.this : name => { name = function.function_name, version = function.version } }
}

output "alias" {
  description = "The alias that callers invoke."
  value       = local.alias
}

output "private_keys_secret" {
  description = "The name of the secret that is rotated."
  value       = local.secret_names.private
}

output "dashboard" {
  description = "The name of the CloudWatch dashboard."
  value       = aws_cloudwatch_dashboard.this.dashboard_name
}

output "event_bus" {
  description = "The name of the EventBridge bus of notices. Add rules to it for your own programs."
  value       = aws_cloudwatch_event_bus.notices.name
}

output "results_topic" {
  description = "The ARN of the topic that gets each notice. Subscribe people and chat channels to it."
  value       = aws_sns_topic.results.arn
}

output "alarm_topic" {
  description = "The ARN of the topic that alarms notify. Subscribe your paging tool to it."
  value       = aws_sns_topic.alarms.arn
}
