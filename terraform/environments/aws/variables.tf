# The inputs of the module, which describes and validates them (../../modules/bellwether/README.md). null leaves the
# module's default. Objects have the type any and a list of their attributes: Terraform drops an unknown attribute of a
# typed object without an error, so a misspelt setting would have no effect.

variable "account_id" {
  description = "The ID of the AWS account to deploy to. Credentials of any other account are refused."
  type        = string
}

variable "region" {
  description = "The AWS region to deploy to, such as eu-central-1."
  type        = string
}

variable "partition" {
  description = "The AWS partition: aws, aws-cn or aws-us-gov."
  type        = string
  default     = "aws"
}

variable "name" {
  description = "The prefix of the names of resources."
  type        = string
  default     = null
}

variable "environment" {
  description = "The name of this deployment, such as dev or prod. It is part of every resource name."
  type        = string
}

variable "tags" {
  description = "Tags for all resources, in addition to Application, Environment and ManagedBy."
  type        = map(string)
  default     = null
}

variable "packages" {
  description = "The functions' packages."
  type        = any
  default     = null
  validation {
    condition = length(setsubtract(
      try(keys(var.packages), []),
      ["directory", "architecture", "bucket", "signing_profile"],
    )) == 0
    error_message = "packages has an unknown attribute: the module's README lists the attributes."
  }
}

variable "functions" {
  description = "Settings of the functions."
  type        = any
  default     = null
  validation {
    condition = length(setsubtract(
      try(keys(var.functions), []),
      ["log_level", "screen", "cache_seconds", "layers", "reserved_concurrency", "permissions_boundary"],
    )) == 0
    error_message = "functions has an unknown attribute: the module's README lists the attributes."
  }
}

variable "metrics" {
  description = "Whether functions record metrics in CloudWatch."
  type        = bool
  default     = null
}

variable "quotas" {
  description = "The maximum number of tests, users and clients in a workspace."
  type        = any
  default     = null
  validation {
    condition = length(setsubtract(
      try(keys(var.quotas), []),
      ["clients", "tests", "users"],
    )) == 0
    error_message = "quotas has an unknown attribute: the module's README lists the attributes."
  }
}

variable "aggregation" {
  description = "The aggregation of results: its schedule and its limits."
  type        = any
  default     = null
  validation {
    condition = length(setsubtract(
      try(keys(var.aggregation), []),
      ["schedule", "silence_minutes", "tests_per_run", "reserve_seconds", "inline_units"],
    )) == 0
    error_message = "aggregation has an unknown attribute: the module's README lists the attributes."
  }
}

variable "privacy" {
  description = "The erasure of accounts: its schedule, and how long backups are kept."
  type        = any
  default     = null
  validation {
    condition = length(setsubtract(
      try(keys(var.privacy), []),
      ["schedule", "backup_days"],
    )) == 0
    error_message = "privacy has an unknown attribute: the module's README lists the attributes."
  }
}

variable "tokens" {
  description = "Access tokens and their keys."
  type        = any
  default     = null
  validation {
    condition = length(setsubtract(
      try(keys(var.tokens), []),
      ["issuer", "audience", "rotation_days", "key_cache_seconds"],
    )) == 0
    error_message = "tokens has an unknown attribute: the module's README lists the attributes."
  }
}

variable "domain" {
  description = "The API's custom domain; null for the host name that AWS assigns."
  type        = any
  default     = null
  validation {
    condition = length(setsubtract(
      try(keys(var.domain), []),
      ["name", "certificate_arn", "zone_id", "truststore_uri", "ipv6"],
    )) == 0
    error_message = "domain has an unknown attribute: the module's README lists the attributes."
  }
}

variable "allowed_origins" {
  description = "The origins whose pages may call the API with cookies. Requires domain."
  type        = list(string)
  default     = null
}

variable "admin_networks" {
  description = "The networks (CIDR, IPv4 and IPv6) from which administrative routes can be called; empty for all."
  type        = list(string)
  default     = null
}

variable "rate_limits" {
  description = "The gateway's limits for each route."
  type        = any
  default     = null
  validation {
    condition = length(setsubtract(
      concat(
        try(keys(var.rate_limits), []),
        [for name in try(keys(var.rate_limits.all), []) : "all.${name}"],
        [for name in try(keys(var.rate_limits.sign_in), []) : "sign_in.${name}"],
      ),
      ["all", "all.burst", "all.rate", "sign_in", "sign_in.burst", "sign_in.rate"],
    )) == 0
    error_message = "rate_limits has an unknown attribute: the module's README lists the attributes."
  }
}

variable "waf" {
  description = "The web application firewall."
  type        = any
  default     = null
  validation {
    condition = length(setsubtract(
      concat(
        try(keys(var.waf), []),
        [for name in try(keys(var.waf.modes), []) : "modes.${name}"],
        [for name in try(keys(var.waf.rates), []) : "rates.${name}"],
      ),
      [
        "enabled", "modes", "modes.admin_networks", "modes.body_size", "modes.common", "modes.ip_reputation",
        "modes.known_bad", "modes.rate", "modes.sign_in_rate", "rates", "rates.all", "rates.sign_in",
      ],
    )) == 0
    error_message = "waf has an unknown attribute: the module's README lists the attributes."
  }
}

variable "customer_keys" {
  description = "Whether data is encrypted with customer managed keys instead of AWS's own."
  type        = bool
  default     = null
}

variable "deletion_protection" {
  description = "Whether tables are protected from deletion, and deleted signing keys can be recovered for 30 days."
  type        = bool
  default     = null
}

variable "log_retention_days" {
  description = "The number of days for which logs are retained."
  type        = number
  default     = null
}

variable "alarm_emails" {
  description = "The e-mail addresses that receive alarms. SNS asks each address to confirm."
  type        = list(string)
  default     = null
}

variable "result_emails" {
  description = "The e-mail addresses that receive decisions and faults of tests. SNS asks each address to confirm."
  type        = list(string)
  default     = null
}

variable "alarms" {
  description = "The alarms."
  type        = any
  default     = null
  validation {
    condition = length(setsubtract(
      concat(
        try(keys(var.alarms), []),
        [for name in try(keys(var.alarms.slo_min_requests), []) : "slo_min_requests.${name}"],
      ),
      [
        "functions", "anomalies", "slo", "slo_min_requests", "slo_min_requests.fast",
        "slo_min_requests.medium", "slo_min_requests.slow", "client_error_percent", "blocked_requests",
      ],
    )) == 0
    error_message = "alarms has an unknown attribute: the module's README lists the attributes."
  }
}

variable "budget" {
  description = "A budget of the whole AWS account; null for none."
  type        = any
  default     = null
  validation {
    condition = length(setsubtract(
      try(keys(var.budget), []),
      ["monthly_usd", "emails"],
    )) == 0
    error_message = "budget has an unknown attribute: the module's README lists the attributes."
  }
}
