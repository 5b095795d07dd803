output "unused_settings" {
  description = "The settings of prod.tfvars that this configuration ignores: none, or the deployment would differ from production."
  value       = setsubtract(keys(local.prod), local.used)
  precondition {
    condition     = length(setsubtract(keys(local.prod), local.used)) == 0
    error_message = "Pass every setting of prod.tfvars to the module, and list it in local.used."
  }
}
output "url" {
  description = "The URL of the API, including the stage."
  value       = module.bellwether.url
}

output "api_id" {
  description = "The ID of the REST API."
  value       = module.bellwether.api_id
}

output "name" {
  description = "The prefix of the names of this deployment."
  value       = module.bellwether.name
}

output "region" {
  description = "The AWS region of this deployment."
  value       = module.bellwether.region
}

output "domain" {
  description = "The custom host name; null if the API has the name that AWS gives it. A custom domain requires at least TLS 1.2."
  value       = module.bellwether.domain
}

output "waf" {
  description = "Whether a firewall blocks known attacks on the API, and does not only count them."
  value       = module.bellwether.waf
}

output "admin_networks" {
  description = "The networks from which administrative routes can be called; empty for all."
  value       = module.bellwether.admin_networks
}

output "functions" {
  description = "The functions, each with its name in AWS and the version that this apply published."
  value       = module.bellwether.functions
}

output "alias" {
  description = "The alias that callers invoke."
  value       = module.bellwether.alias
}

output "private_keys_secret" {
  description = "The name of the secret that is rotated."
  value       = module.bellwether.private_keys_secret
}

output "dashboard" {
  description = "The name of the CloudWatch dashboard."
  value       = module.bellwether.dashboard
}

output "event_bus" {
  description = "The name of the EventBridge bus of notices."
  value       = module.bellwether.event_bus
}

output "results_topic" {
  description = "The ARN of the topic that gets each notice."
  value       = module.bellwether.results_topic
}

output "alarm_topic" {
  description = "The ARN of the topic that alarms notify. Subscribe your paging tool to it."
  value       = module.bellwether.alarm_topic
}
