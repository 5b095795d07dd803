# Account and region.

variable "account_id" {
  description = "The ID of the AWS account to deploy to. Credentials of any other account are refused."
  type        = string
  validation {
    condition     = can(regex("^[0-9]{12}$", var.account_id))
    error_message = "account_id must be 12 digits."
  }
}

variable "region" {
  description = "The AWS region to deploy to, such as eu-central-1."
  type        = string
  validation {
    condition     = can(regex("^[a-z]{2}(-[a-z]+)+-[0-9]$", var.region))
    error_message = "region must be the name of an AWS region, such as eu-central-1."
  }
}

variable "partition" {
  description = "The AWS partition: aws, aws-cn or aws-us-gov."
  type        = string
  default     = "aws"
  validation {
    condition     = contains(["aws", "aws-cn", "aws-us-gov"], var.partition)
    error_message = "partition must be aws, aws-cn or aws-us-gov."
  }
}

variable "endpoint" {
  description = "The URL of an emulated cloud; null for AWS."
  type        = string
  default     = null
  validation {
    condition     = var.endpoint == null || can(regex("^http://(127\\.0\\.0\\.1|localhost):[0-9]+$", var.endpoint))
    error_message = "endpoint must be http://127.0.0.1:<port>, so that credentials never leave this machine."
  }
}

# Names and tags.

variable "name" {
  description = "The prefix of the names of resources."
  type        = string
  default     = "bellwether"
  validation {
    condition     = can(regex("^[a-z][a-z0-9]{1,14}$", var.name))
    error_message = "name must be 2 to 15 lower-case letters and digits, and begin with a letter."
  }
}

variable "environment" {
  description = "The name of this deployment, such as dev or prod. It is part of every resource name."
  type        = string
  validation {
    condition     = can(regex("^[a-z][a-z0-9]{1,9}$", var.environment))
    error_message = "environment must be 2 to 10 lower-case letters and digits, and begin with a letter."
  }
}

variable "tags" {
  description = "Tags for all resources, in addition to Application, Environment and ManagedBy."
  type        = map(string)
  default     = {}
  validation {
    condition     = alltrue([for key, _ in var.tags : !startswith(key, "aws:")])
    error_message = "Keys of tags must not begin with aws:, which AWS reserves."
  }
}

variable "api_tags" {
  description = "Tags for the REST API only. An emulated cloud reads the API's ID from one of them."
  type        = map(string)
  default     = {}
  validation {
    condition     = alltrue([for key, _ in var.api_tags : !startswith(key, "aws:")])
    error_message = "Keys of tags must not begin with aws:, which AWS reserves."
  }
}

# Packages.

variable "package_dir" {
  description = "The folder to which the build writes <function>/bootstrap.zip."
  type        = string
  default     = "../target/lambda"
  validation {
    condition     = length(var.package_dir) > 0 && !endswith(var.package_dir, "/")
    error_message = "package_dir must be a path without a slash at its end."
  }
}

variable "package_bucket" {
  description = "A versioned S3 bucket from which functions are deployed; null uploads packages with the functions. Required for signing."
  type        = string
  default     = null
  validation {
    condition     = var.package_bucket == null || can(regex("^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$", var.package_bucket))
    error_message = "package_bucket must be the name of an S3 bucket."
  }
}

variable "signing_profile" {
  description = "The name of an AWS Signer profile (platform AWSLambda-SHA384-ECDSA). If set, packages are signed, and functions refuse unsigned packages; null signs no package."
  type        = string
  default     = null
  validation {
    condition     = var.signing_profile == null || var.package_bucket != null
    error_message = "signing_profile requires package_bucket: AWS Signer reads packages from S3 and writes them to S3."
  }
}

variable "architecture" {
  description = "The architecture of the packages: arm64 or x86_64."
  type        = string
  default     = "arm64"
  validation {
    condition     = contains(["arm64", "x86_64"], var.architecture)
    error_message = "architecture must be arm64 or x86_64."
  }
}

# Functions.

variable "function_layers" {
  description = "The ARNs of Lambda layer versions for every function, such as the collector that traces need (docs/OPERATIONS.md, Traces)."
  type        = list(string)
  default     = []
  validation {
    condition     = alltrue([for layer in var.function_layers : can(regex("^arn:aws[a-z-]*:lambda:[a-z0-9-]+:[0-9]{12}:layer:[A-Za-z0-9_-]+:[0-9]+$", layer))])
    error_message = "function_layers must be ARNs of layer versions, each with the version number at its end."
  }
}

variable "reserved_concurrency" {
  description = "The maximum number of concurrent instances of each function, by function name. Other functions have no limit of their own (-1). A new AWS account has 10 instances in total and cannot reserve any."
  type        = map(number)
  default     = {}
  validation {
    condition     = alltrue([for name, bound in var.reserved_concurrency : contains(keys(local.functions), name) && bound >= -1 && floor(bound) == bound])
    error_message = "Keys of reserved_concurrency must be function names, and values whole numbers of at least -1 (no limit)."
  }
}

variable "permissions_boundary" {
  description = "The ARN of the permissions boundary for every role of this configuration; null for none."
  type        = string
  default     = null
  validation {
    condition     = var.permissions_boundary == null || can(regex("^arn:aws[a-z-]*:iam::[0-9]{12}:policy/", var.permissions_boundary))
    error_message = "permissions_boundary must be the ARN of an IAM policy."
  }
}

variable "log_level" {
  description = "The log level of functions: error, warn, info or debug. Metrics come from a line that is written at every level."
  type        = string
  default     = "info"
  validation {
    condition     = contains(["error", "warn", "info", "debug"], var.log_level)
    error_message = "log_level must be error, warn, info or debug."
  }
}

variable "metrics" {
  description = "Whether functions record metrics of requests, sign-ins and aggregation in CloudWatch. Each metric costs 0.30 dollars a month, prorated by the hours in which it is sent: about 27 dollars in total if every function is called every hour, nothing without requests."
  type        = bool
  default     = true
}

variable "cache_seconds" {
  description = "How long an instance caches running tests and assignments, in seconds. A stop takes effect within this time."
  type        = number
  default     = 30
  validation {
    condition     = var.cache_seconds >= 0 && var.cache_seconds <= 30 && floor(var.cache_seconds) == var.cache_seconds
    error_message = "cache_seconds must be a whole number from 0 to 30."
  }
}

variable "key_cache_seconds" {
  description = "How long an instance caches signing keys, in seconds. A new key starts to sign after twice this time."
  type        = number
  default     = 300
  validation {
    condition     = var.key_cache_seconds >= 1 && var.key_cache_seconds <= 3600 && floor(var.key_cache_seconds) == var.key_cache_seconds
    error_message = "key_cache_seconds must be a whole number from 1 to 3600."
  }
}

variable "inline_units" {
  description = "The maximum number of accounts of a test whose results are computed on request. Larger tests are counted only on the schedule."
  type        = number
  default     = 50000
  validation {
    condition     = var.inline_units >= 0 && floor(var.inline_units) == var.inline_units
    error_message = "inline_units must be a whole number of at least 0."
  }
}

variable "quotas" {
  description = "The maximum number of tests (including archived ones), users and clients (including disabled ones) in a workspace. Lowering a quota removes nothing that exists."
  type = object({
    clients = optional(number, 100)
    tests   = optional(number, 1000)
    users   = optional(number, 500)
  })
  default = {}
  validation {
    condition     = alltrue([for quota in values(var.quotas) : quota >= 1 && quota <= 1000000 && floor(quota) == quota])
    error_message = "Each quota must be a whole number from 1 to 1000000."
  }
}

variable "aggregation_reserve_seconds" {
  description = "How long before its time limit a run of summarize-tests stops counting, in seconds."
  type        = number
  default     = 60
  validation {
    condition     = var.aggregation_reserve_seconds >= 5 && var.aggregation_reserve_seconds <= 600 && floor(var.aggregation_reserve_seconds) == var.aggregation_reserve_seconds
    error_message = "aggregation_reserve_seconds must be a whole number from 5 to 600."
  }
}

variable "summarize_schedule" {
  description = "When running tests are counted, as an EventBridge schedule expression. Tests of more than 30,000 units are counted less often, at least once an hour."
  type        = string
  default     = "rate(5 minutes)"
  validation {
    condition     = can(regex("^(rate|cron)\\(.+\\)$", var.summarize_schedule))
    error_message = "summarize_schedule must be a schedule expression, such as rate(5 minutes)."
  }
}

variable "schedule_silence_minutes" {
  description = "The number of minutes without a run of the schedule after which an alarm goes off. A multiple of 5, at least twice the time between two runs."
  type        = number
  default     = 15
  validation {
    condition     = var.schedule_silence_minutes >= 15 && var.schedule_silence_minutes <= 1440 && var.schedule_silence_minutes % 5 == 0
    error_message = "schedule_silence_minutes must be a multiple of 5 from 15 to 1440."
  }
  validation {
    condition     = var.schedule_silence_minutes >= 2 * try(tonumber(regex("^rate\\(([0-9]+) minutes?\\)$", var.summarize_schedule)[0]), 60 * tonumber(regex("^rate\\(([0-9]+) hours?\\)$", var.summarize_schedule)[0]), 0)
    error_message = "schedule_silence_minutes must be at least twice the time between two runs of summarize_schedule. Otherwise, the alarm goes off between runs."
  }
}

variable "screen" {
  description = "How to treat hidden characters that could steer a language model: refuse the text or strip them."
  type        = string
  default     = "refuse"
  validation {
    condition     = contains(["refuse", "strip"], var.screen)
    error_message = "screen must be refuse or strip."
  }
}

# Identity.

variable "issuer" {
  description = "The issuer in tokens; null for the API's own URL. A change ends every session."
  type        = string
  default     = null
  validation {
    condition     = var.issuer == null || can(regex("^https://[^ ?#]+$", var.issuer))
    error_message = "issuer must be an https URL without query and fragment (RFC 8414, section 2)."
  }
}

variable "audience" {
  description = "The audience of tokens."
  type        = string
  default     = "bellwether"
  validation {
    condition     = can(regex("^[A-Za-z0-9._:/-]{1,128}$", var.audience))
    error_message = "audience must be 1 to 128 characters: letters, digits and ._:/-."
  }
}

variable "allowed_origins" {
  description = "The origins whose pages may call the API with cookies. Requires domain."
  type        = list(string)
  default     = []
  validation {
    condition     = alltrue([for origin in var.allowed_origins : can(regex("^https://[a-z0-9.-]+(:[0-9]+)?$", origin))])
    error_message = "Each origin must be https:// and a host, without a path."
  }
  validation {
    condition     = length(var.allowed_origins) == 0 || var.domain != null
    error_message = "allowed_origins requires domain: without a custom domain, the API accepts no cookies."
  }
}

variable "admin_networks" {
  description = "The networks (CIDR, IPv4 and IPv6) from which administrative routes can be called; empty for all."
  type        = list(string)
  default     = []
  validation {
    condition     = alltrue([for network in var.admin_networks : can(cidrhost(network, 0))])
    error_message = "admin_networks must be networks in CIDR notation, such as 192.0.2.0/24 or 2001:db8::/48."
  }
  validation {
    condition     = !try(var.domain.ipv6, false) || length(var.admin_networks) == 0 || anytrue([for network in var.admin_networks : strcontains(network, ":")])
    error_message = "domain.ipv6 requires an IPv6 network in admin_networks. Otherwise, administrators with an IPv6 address are blocked, because clients prefer IPv6."
  }
  validation {
    condition     = !anytrue([for network in var.admin_networks : endswith(network, "/0")])
    error_message = "A network must not end with /0. To allow all addresses, leave admin_networks empty."
  }
}

variable "rotation_days" {
  description = "The number of days after which signing keys are rotated."
  type        = number
  default     = 30
  validation {
    condition     = var.rotation_days >= 1 && var.rotation_days <= 365 && floor(var.rotation_days) == var.rotation_days
    error_message = "rotation_days must be a whole number from 1 to 365."
  }
}

variable "domain" {
  description = "The API's custom domain: its host name, the ARN of its certificate in this region, the Route 53 zone for its records (null to create them by hand), the s3:// URI of the certificate authorities whose clients are accepted (null for all clients), and whether it also answers on IPv6."
  type = object({
    name            = string
    certificate_arn = string
    zone_id         = optional(string)
    truststore_uri  = optional(string)
    ipv6            = optional(bool, false)
  })
  default = null
  validation {
    condition     = var.domain == null || can(regex("^([a-z0-9]([a-z0-9-]*[a-z0-9])?\\.)+[a-z]{2,}$", var.domain.name))
    error_message = "domain.name must be a host name in lower case, such as ab.example.com."
  }
  validation {
    condition     = var.domain == null || can(regex("^arn:aws[a-z-]*:acm:", var.domain.certificate_arn))
    error_message = "domain.certificate_arn must be the ARN of an ACM certificate."
  }
  validation {
    condition     = try(var.domain.truststore_uri, null) == null || can(regex("^s3://", var.domain.truststore_uri))
    error_message = "domain.truststore_uri must begin with s3://."
  }
}

# Gateway.

variable "rate_limit" {
  description = "The gateway's limit for each route: requests per second, and the size of a burst."
  type        = object({ rate = number, burst = number })
  default     = { rate = 500, burst = 1000 }
  validation {
    condition     = var.rate_limit.rate > 0 && var.rate_limit.burst >= 1
    error_message = "rate_limit.rate must be above 0 and rate_limit.burst at least 1."
  }
}

variable "sign_in_limit" {
  description = "The same limit for routes that check credentials."
  type        = object({ rate = number, burst = number })
  default     = { rate = 20, burst = 40 }
  validation {
    condition     = var.sign_in_limit.rate > 0 && var.sign_in_limit.burst >= 1 && var.sign_in_limit.rate <= var.rate_limit.rate
    error_message = "sign_in_limit.rate must be above 0 and at most rate_limit.rate, and sign_in_limit.burst at least 1."
  }
}

# Firewall.

variable "waf" {
  description = "Whether a web application firewall protects the API."
  type        = bool
  default     = true
}

variable "waf_modes" {
  description = "The action of each firewall rule: block, or count to observe what it would block."
  type = object({
    admin_networks = optional(string, "block")
    body_size      = optional(string, "block")
    common         = optional(string, "block")
    ip_reputation  = optional(string, "block")
    known_bad      = optional(string, "block")
    rate           = optional(string, "block")
    sign_in_rate   = optional(string, "block")
  })
  default = {}
  validation {
    condition     = alltrue([for mode in values(var.waf_modes) : contains(["block", "count"], mode)])
    error_message = "The mode of each rule must be block or count."
  }
}

variable "waf_rates" {
  description = "The maximum number of requests from one address in five minutes: in total, and to routes that check credentials."
  type        = object({ all = number, sign_in = number })
  default     = { all = 10000, sign_in = 100 }
  validation {
    condition     = alltrue([for rate in values(var.waf_rates) : rate >= 10 && rate <= 2000000000])
    error_message = "waf_rates must be from 10 to 2000000000, the range of AWS WAF."
  }
}

# Data.

variable "customer_keys" {
  description = "Whether tables, secrets, logs and the topic are encrypted with customer managed keys instead of AWS's own."
  type        = bool
  default     = true
}

variable "deletion_protection" {
  description = "Whether tables are protected from deletion, and deleted signing keys can be recovered for 30 days. If false, everything is deleted at once, and the same deployment can be created again."
  type        = bool
  default     = true
}

variable "log_retention_days" {
  description = "The number of days for which logs are kept."
  type        = number
  default     = 365
  validation {
    condition     = contains([1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653], var.log_retention_days)
    error_message = "log_retention_days must be a value that CloudWatch supports: 1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288 or 3653."
  }
}

# Alarms.

variable "alarm_emails" {
  description = "The e-mail addresses that receive alarms. SNS asks each address to confirm."
  type        = list(string)
  default     = []
  validation {
    condition     = alltrue([for address in var.alarm_emails : can(regex("^[^@ ]+@[^@ ]+$", address))])
    error_message = "alarm_emails must be e-mail addresses."
  }
}

variable "function_alarms" {
  description = "Whether each function has its own alarms: errors, throttles and duration."
  type        = bool
  default     = true
}

variable "anomaly_alarms" {
  description = "Whether anomaly detection monitors failed and throttled sign-ins and refused tokens. It needs two weeks to learn. Requires metrics."
  type        = bool
  default     = true
  validation {
    condition     = !var.anomaly_alarms || var.metrics
    error_message = "anomaly_alarms requires metrics: the alarms read metrics that functions record."
  }
}

variable "slo_alarms" {
  description = "Whether alarms go off when requests fail or are slow too often for the objectives in slo.tf (about 5.40 dollars a month). Requires metrics."
  type        = bool
  default     = true
  validation {
    condition     = !var.slo_alarms || var.metrics
    error_message = "slo_alarms requires metrics: the alarms read metrics that functions record."
  }
}

variable "slo_min_requests" {
  description = "The minimum number of requests in the long window of each pair in slo.tf before its alarm can go off: fast in an hour, medium in six hours, slow in each of three days."
  type = object({
    fast   = optional(number, 300)
    medium = optional(number, 600)
    slow   = optional(number, 3000)
  })
  default = {}
  validation {
    condition     = alltrue([for burn, minimum in var.slo_min_requests : floor(minimum) == minimum && minimum * local.slo_burns[burn].rate * local.slo_objectives.availability.budget >= 100])
    error_message = "slo_min_requests must be whole numbers: fast at least 70, medium 167, slow 1000. With fewer requests, a single failure would set off the alarm."
  }
}

variable "client_error_percent" {
  description = "The share of requests answered with 4xx above which an alarm goes off, in percent."
  type        = number
  default     = 25
  validation {
    condition     = var.client_error_percent > 0 && var.client_error_percent <= 100
    error_message = "client_error_percent must be above 0 and at most 100."
  }
}

variable "waf_blocks" {
  description = "The number of requests blocked by the firewall in five minutes above which an alarm goes off."
  type        = number
  default     = 1000
  validation {
    condition     = var.waf_blocks >= 1
    error_message = "waf_blocks must be at least 1."
  }
}
