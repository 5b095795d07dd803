output "url" {
  description = "Where the API is, with the stage."
  value       = local.url
}

output "api_id" {
  description = "The REST API's id."
  value       = aws_api_gateway_rest_api.this.id
}

output "name" {
  description = "What names of this deployment begin with."
  value       = local.name
}

output "region" {
  description = "Where it is."
  value       = var.region
}

output "domain" {
  description = "The host name of its own; null when AWS names the API. A domain has TLS 1.2 as its minimum."
  value       = var.domain == null ? null : var.domain.name
}

output "waf" {
  description = "Whether a firewall in front of the API blocks known attacks, and does not only count them."
  value       = var.waf && var.waf_modes.known_bad == "block"
}

output "admin_networks" {
  description = "From where administrative routes are open; none are everywhere."
  value       = var.admin_networks
}

output "functions" {
  description = "The functions: what each is called, and the version that this apply has published."
  value       = { for name, function in aws_lambda_function.this : name => { name = function.function_name, version = function.version } }
}

output "alias" {
  description = "The alias that callers reach."
  value       = local.alias
}

output "private_keys_secret" {
  description = "The secret that is rotated."
  value       = local.secret_names.private
}

output "dashboard" {
  description = "The name of the CloudWatch dashboard."
  value       = aws_cloudwatch_dashboard.this.dashboard_name
}

output "alarm_topic" {
  description = "Where alarms go; subscribe to it what pages you."
  value       = aws_sns_topic.alarms.arn
}
