# Account and names.

variable "account" {
  description = <<-EOT
    The AWS account and region to deploy to, which must be those of the provider.
    `id`: the 12 digits of the account.
    `region`: the region, such as eu-central-1.
    `partition`: aws, aws-cn or aws-us-gov.
  EOT
  type = object({
    id        = string
    region    = string
    partition = optional(string, "aws")
  })
  validation {
    condition     = can(regex("^[0-9]{12}$", var.account.id))
    error_message = "account.id must be 12 digits."
  }
  validation {
    condition     = can(regex("^[a-z]{2}(-[a-z]+)+-[0-9]$", var.account.region))
    error_message = "account.region must be the name of an AWS region, such as eu-central-1."
  }
  validation {
    condition     = contains(["aws", "aws-cn", "aws-us-gov"], var.account.partition)
    error_message = "account.partition must be aws, aws-cn or aws-us-gov."
  }
}

variable "name" {
  description = "The prefix of the names of resources."
  type        = string
  default     = "bellwether"
  nullable    = false
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
  nullable    = false
  validation {
    condition     = alltrue([for key, _ in var.tags : !startswith(key, "aws:")])
    error_message = "Keys of tags must not begin with aws:, which AWS reserves."
  }
}

# Functions.

variable "packages" {
  description = <<-EOT
    The functions' packages.
    `directory`: the folder to which the build writes `<function>/bootstrap.zip`; null for target/lambda of this repository.
    `architecture`: arm64 or x86_64.
    `bucket`: a versioned S3 bucket from which functions are deployed; null uploads packages with the functions.
    `signing_profile`: the name of an AWS Signer profile (platform AWSLambda-SHA384-ECDSA). Requires `bucket`.
    If `signing_profile` is set, packages are signed, and functions refuse unsigned packages.
  EOT
  type = object({
    directory       = optional(string)
    architecture    = optional(string, "arm64")
    bucket          = optional(string)
    signing_profile = optional(string)
  })
  default  = {}
  nullable = false
  validation {
    condition     = var.packages.directory == null || can(regex("[^/]$", var.packages.directory))
    error_message = "packages.directory must be a path without a slash at its end."
  }
  validation {
    condition     = contains(["arm64", "x86_64"], var.packages.architecture)
    error_message = "packages.architecture must be arm64 or x86_64."
  }
  validation {
    condition     = var.packages.bucket == null || can(regex("^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$", var.packages.bucket))
    error_message = "packages.bucket must be the name of an S3 bucket."
  }
  validation {
    condition     = var.packages.signing_profile == null || var.packages.bucket != null
    error_message = "packages.signing_profile requires packages.bucket: AWS Signer reads packages from S3 and writes them to S3."
  }
}

variable "functions" {
  description = <<-EOT
    Settings of the functions.
    `log_level`: error, warn, info or debug.
    `screen`: how to treat hidden characters that could steer a language model: refuse the text or strip them.
    `cache_seconds`: how long an instance caches running tests and assignments. A stop takes effect within this time.
    `layers`: the ARNs of Lambda layer versions for every function, such as the collector of traces.
    `reserved_concurrency`: the maximum number of concurrent instances, by function name; -1 for no limit.
    A new AWS account has 10 instances in total and cannot reserve any.
    `permissions_boundary`: the ARN of the permissions boundary for every role of the module; null for none.
  EOT
  type = object({
    log_level            = optional(string, "info")
    screen               = optional(string, "refuse")
    cache_seconds        = optional(number, 30)
    layers               = optional(list(string), [])
    reserved_concurrency = optional(map(number), {})
    permissions_boundary = optional(string)
  })
  default  = {}
  nullable = false
  validation {
    condition     = contains(["error", "warn", "info", "debug"], var.functions.log_level)
    error_message = "functions.log_level must be error, warn, info or debug."
  }
  validation {
    condition     = contains(["refuse", "strip"], var.functions.screen)
    error_message = "functions.screen must be refuse or strip."
  }
  validation {
    condition     = contains(range(31), var.functions.cache_seconds)
    error_message = "functions.cache_seconds must be a whole number from 0 to 30."
  }
  validation {
    condition = alltrue([
      for layer in var.functions.layers : can(regex("^arn:aws[a-z-]*:lambda:[a-z0-9-]+:[0-9]{12}:layer:[A-Za-z0-9_-]+:[0-9]+$", layer))
    ])
    error_message = "functions.layers must be ARNs of layer versions, each with the version number at its end."
  }
  validation {
    condition = alltrue([
      for name, limit in var.functions.reserved_concurrency : contains(keys(local.functions), name) && limit >= -1 && floor(limit) == limit
    ])
    error_message = "Keys of functions.reserved_concurrency must be function names, and values whole numbers of at least -1 (no limit)."
  }
  validation {
    condition = (
      var.functions.permissions_boundary == null ||
      can(regex("^arn:aws[a-z-]*:iam::[0-9]{12}:policy/", var.functions.permissions_boundary))
    )
    error_message = "functions.permissions_boundary must be the ARN of an IAM policy."
  }
}

variable "metrics" {
  description = <<-EOT
    Whether functions record metrics of requests, sign-ins and aggregation in CloudWatch.
    Each metric costs 0.30 dollars a month, prorated by the hours in which it is sent.
    That is about 27 dollars in total if every function is called every hour, and nothing without requests.
  EOT
  type        = bool
  default     = true
  nullable    = false
}

variable "quotas" {
  description = <<-EOT
    The maximum number of tests (including archived ones), users and clients (including disabled ones) in a workspace.
    Lowering a quota removes nothing that exists.
  EOT
  type = object({
    clients = optional(number, 100)
    tests   = optional(number, 1000)
    users   = optional(number, 500)
  })
  default  = {}
  nullable = false
  validation {
    condition     = alltrue([for quota in values(var.quotas) : quota >= 1 && quota <= 1000000 && floor(quota) == quota])
    error_message = "Each quota must be a whole number from 1 to 1000000."
  }
}

variable "privacy" {
  description = <<-EOT
    Erasure of accounts.
    `schedule`: when privacy requests are answered, as an EventBridge schedule expression.
    `backup_days`: for how many days the tables can be restored to a point in time, 1 to 35.
    A restored table contains accounts that were erased since; docs/PRIVACY.md describes how to erase them again.
  EOT
  type = object({
    schedule    = optional(string, "rate(5 minutes)")
    backup_days = optional(number, 35)
  })
  default  = {}
  nullable = false
  validation {
    condition     = can(regex("^(rate|cron)\\(.+\\)$", var.privacy.schedule))
    error_message = "privacy.schedule must be a schedule expression, such as rate(5 minutes)."
  }
  validation {
    condition     = contains(range(1, 36), var.privacy.backup_days)
    error_message = "privacy.backup_days must be a whole number from 1 to 35."
  }
}

variable "aggregation" {
  description = <<-EOT
    The aggregation of results.
    `schedule`: when running tests are counted, as an EventBridge schedule expression.
    Tests of more than 30,000 units are counted less often, at least once an hour.
    `silence_minutes`: the time without a run of the schedule after which an alarm goes off.
    It must be a multiple of 5, and at least twice the time between two runs.
    `tests_per_run`: the maximum number of tests that a run invokes summarize-tests for. The next run continues.
    With functions.reserved_concurrency of summarize-tests, Lambda runs fewer of these invocations at a time.
    `reserve_seconds`: how long before its time limit a run stops counting.
    `inline_units`: the maximum number of accounts of a test whose results are computed on request.
    Larger tests are counted only on the schedule.
  EOT
  type = object({
    schedule        = optional(string, "rate(5 minutes)")
    silence_minutes = optional(number, 15)
    tests_per_run   = optional(number, 100)
    reserve_seconds = optional(number, 60)
    inline_units    = optional(number, 50000)
  })
  default  = {}
  nullable = false
  validation {
    condition     = can(regex("^(rate|cron)\\(.+\\)$", var.aggregation.schedule))
    error_message = "aggregation.schedule must be a schedule expression, such as rate(5 minutes)."
  }
  validation {
    condition     = contains(range(15, 1441, 5), var.aggregation.silence_minutes)
    error_message = "aggregation.silence_minutes must be a multiple of 5 from 15 to 1440."
  }
  validation {
    condition = var.aggregation.silence_minutes >= 2 * try(
      tonumber(regex("^rate\\(([0-9]+) minutes?\\)$", var.aggregation.schedule)[0]),
      60 * tonumber(regex("^rate\\(([0-9]+) hours?\\)$", var.aggregation.schedule)[0]),
      0,
    )
    error_message = <<-EOT
      aggregation.silence_minutes must be at least twice the time between two runs of aggregation.schedule. Otherwise, the
      alarm goes off between runs.
    EOT
  }
  validation {
    condition     = contains(range(5, 601), var.aggregation.reserve_seconds)
    error_message = "aggregation.reserve_seconds must be a whole number from 5 to 600."
  }
  validation {
    condition     = var.aggregation.inline_units >= 0 && floor(var.aggregation.inline_units) == var.aggregation.inline_units
    error_message = "aggregation.inline_units must be a whole number of at least 0."
  }
  validation {
    condition     = contains(range(1, 1001), var.aggregation.tests_per_run)
    error_message = "aggregation.tests_per_run must be a whole number from 1 to 1000."
  }
}

# Access.

variable "tokens" {
  description = <<-EOT
    Access tokens and their keys.
    `issuer`: the issuer; null for the API's own URL. A change ends every session.
    `audience`: the audience.
    `rotation_days`: the number of days after which signing keys are rotated.
    `key_cache_seconds`: how long an instance caches signing keys. A new key starts to sign after twice this time.
  EOT
  type = object({
    issuer            = optional(string)
    audience          = optional(string, "bellwether")
    rotation_days     = optional(number, 30)
    key_cache_seconds = optional(number, 300)
  })
  default  = {}
  nullable = false
  validation {
    condition     = var.tokens.issuer == null || can(regex("^https://[^ ?#]+$", var.tokens.issuer))
    error_message = "tokens.issuer must be an https URL without query and fragment (RFC 8414, section 2)."
  }
  validation {
    condition     = can(regex("^[A-Za-z0-9._:/-]{1,128}$", var.tokens.audience))
    error_message = "tokens.audience must be 1 to 128 characters: letters, digits and ._:/-."
  }
  validation {
    condition     = contains(range(1, 366), var.tokens.rotation_days)
    error_message = "tokens.rotation_days must be a whole number from 1 to 365."
  }
  validation {
    condition = (
      var.tokens.key_cache_seconds >= 1 && var.tokens.key_cache_seconds <= 3600 &&
      floor(var.tokens.key_cache_seconds) == var.tokens.key_cache_seconds
    )
    error_message = "tokens.key_cache_seconds must be a whole number from 1 to 3600."
  }
}

variable "allowed_origins" {
  description = "The origins whose pages may call the API with cookies. Requires domain."
  type        = list(string)
  default     = []
  nullable    = false
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
  nullable    = false
  validation {
    condition     = alltrue([for network in var.admin_networks : can(cidrhost(network, 0))])
    error_message = "admin_networks must be networks in CIDR notation, such as 192.0.2.0/24 or 2001:db8::/48."
  }
  validation {
    condition = (
      !try(var.domain.ipv6, false) || length(var.admin_networks) == 0 ||
      anytrue([for network in var.admin_networks : strcontains(network, ":")])
    )
    error_message = <<-EOT
      domain.ipv6 requires an IPv6 network in admin_networks. Otherwise, administrators with an IPv6 address are blocked,
      because clients prefer IPv6.
    EOT
  }
  validation {
    condition     = !anytrue([for network in var.admin_networks : endswith(network, "/0")])
    error_message = "A network must not end with /0. To allow all addresses, leave admin_networks empty."
  }
}

# Gateway and firewall.

variable "domain" {
  description = <<-EOT
    The API's custom domain; null for the host name that AWS assigns.
    `name`: the host name.
    `certificate_arn`: the ARN of its certificate in this region.
    `zone_id`: the Route 53 zone for its records; null to create them by hand.
    `truststore_uri`: the s3:// URI of the certificate authorities whose clients are accepted; null for all clients.
    `ipv6`: whether it also answers on IPv6.
  EOT
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

variable "rate_limits" {
  description = <<-EOT
    The gateway's limits for each route: requests per second (`rate`), and the size of a burst (`burst`).
    `all`: the limit for every route.
    `sign_in`: the limit for routes that check credentials.
  EOT
  type = object({
    all     = optional(object({ rate = number, burst = number }), { rate = 500, burst = 1000 })
    sign_in = optional(object({ rate = number, burst = number }), { rate = 20, burst = 40 })
  })
  default  = {}
  nullable = false
  validation {
    condition     = alltrue([for limit in values(var.rate_limits) : limit.rate > 0 && limit.burst >= 1])
    error_message = "Each rate in rate_limits must be above 0, and each burst at least 1."
  }
  validation {
    condition     = var.rate_limits.sign_in.rate <= var.rate_limits.all.rate
    error_message = "rate_limits.sign_in.rate must be at most rate_limits.all.rate."
  }
}

variable "waf" {
  description = <<-EOT
    The web application firewall.
    `enabled`: whether there is one.
    `modes`: the action of each rule: block, or count to observe what it would block.
    `rates`: the maximum number of requests from one address in five minutes: in total, and to routes that check credentials.
  EOT
  type = object({
    enabled = optional(bool, true)
    modes = optional(object({
      admin_networks = optional(string, "block")
      body_size      = optional(string, "block")
      common         = optional(string, "block")
      ip_reputation  = optional(string, "block")
      known_bad      = optional(string, "block")
      rate           = optional(string, "block")
      sign_in_rate   = optional(string, "block")
    }), {})
    rates = optional(object({
      all     = optional(number, 10000)
      sign_in = optional(number, 100)
    }), {})
  })
  default  = {}
  nullable = false
  validation {
    condition     = alltrue([for mode in values(var.waf.modes) : contains(["block", "count"], mode)])
    error_message = "Each mode in waf.modes must be block or count."
  }
  validation {
    condition     = alltrue([for rate in values(var.waf.rates) : rate >= 10 && rate <= 2000000000])
    error_message = "waf.rates must be from 10 to 2000000000, the range of AWS WAF."
  }
}

# Data.

variable "customer_keys" {
  description = "Whether tables, secrets, logs and the topic are encrypted with customer managed keys instead of AWS's own."
  type        = bool
  default     = true
  nullable    = false
}

variable "deletion_protection" {
  description = <<-EOT
    Whether tables are protected from deletion, and deleted signing keys can be recovered for 30 days.
    If false, everything is deleted at once, and the same deployment can be created again.
  EOT
  type        = bool
  default     = true
  nullable    = false
}

variable "log_retention_days" {
  description = "The number of days for which logs are retained."
  type        = number
  default     = 365
  nullable    = false
  validation {
    condition = contains(
      [1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653],
      var.log_retention_days,
    )
    error_message = <<-EOT
      log_retention_days must be a value that CloudWatch supports: 1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400,
      545, 731, 1096, 1827, 2192, 2557, 2922, 3288 or 3653.
    EOT
  }
}

# Alarms and costs.

variable "alarm_emails" {
  description = "The e-mail addresses that receive alarms. SNS asks each address to confirm."
  type        = list(string)
  default     = []
  nullable    = false
  validation {
    condition     = alltrue([for address in var.alarm_emails : can(regex("^[^@ ]+@[^@ ]+$", address))])
    error_message = "alarm_emails must be e-mail addresses."
  }
}

variable "result_emails" {
  description = <<-EOT
    The e-mail addresses that receive notices: decisions, broken guardrails, sample ratio mismatches and missing data.
    SNS asks each address to confirm.
  EOT
  type        = list(string)
  default     = []
  nullable    = false
  validation {
    condition     = alltrue([for address in var.result_emails : can(regex("^[^@ ]+@[^@ ]+$", address))])
    error_message = "result_emails must be e-mail addresses."
  }
}

variable "alarms" {
  description = <<-EOT
    The alarms.
    `functions`: whether each function has its own alarms: errors, throttles and duration.
    `anomalies`: whether anomaly detection monitors failed and throttled sign-ins and refused tokens. Requires `metrics`.
    It needs two weeks to learn.
    `slo`: whether alarms go off when requests fail or are slow too often for the objectives in slo.tf. Requires `metrics`.
    These alarms cost about 5.40 dollars a month.
    `slo_min_requests`: the minimum number of requests in a long window before its alarm can go off.
    The windows are an hour (`fast`), six hours (`medium`) and each of three days (`slow`).
    `client_error_percent`: the share of requests answered with 4xx above which an alarm goes off.
    `blocked_requests`: the number of requests blocked by the firewall in five minutes above which an alarm goes off.
  EOT
  type = object({
    functions = optional(bool, true)
    anomalies = optional(bool, true)
    slo       = optional(bool, true)
    slo_min_requests = optional(object({
      fast   = optional(number, 300)
      medium = optional(number, 600)
      slow   = optional(number, 3000)
    }), {})
    client_error_percent = optional(number, 25)
    blocked_requests     = optional(number, 1000)
  })
  default  = {}
  nullable = false
  validation {
    condition     = !var.alarms.anomalies || var.metrics
    error_message = "alarms.anomalies requires metrics: the alarms read metrics that functions record."
  }
  validation {
    condition     = !var.alarms.slo || var.metrics
    error_message = "alarms.slo requires metrics: the alarms read metrics that functions record."
  }
  validation {
    condition = alltrue([
      for burn, minimum in var.alarms.slo_min_requests :
      floor(minimum) == minimum && minimum * local.slo_burns[burn].rate * local.slo_objectives.availability.budget >= 100
    ])
    error_message = <<-EOT
      alarms.slo_min_requests must be whole numbers: fast at least 70, medium 167, slow 1000. With fewer requests, a single
      failure would set off the alarm.
    EOT
  }
  validation {
    condition     = var.alarms.client_error_percent > 0 && var.alarms.client_error_percent <= 100
    error_message = "alarms.client_error_percent must be above 0 and at most 100."
  }
  validation {
    condition     = var.alarms.blocked_requests >= 1
    error_message = "alarms.blocked_requests must be at least 1."
  }
}

variable "budget" {
  description = <<-EOT
    A budget of the whole AWS account; null for none.
    AWS Budgets sends an e-mail when costs exceed 80 % and 100 % of it, and when the forecast for the month exceeds it.
    `monthly_usd`: the limit, in US dollars a month.
    `emails`: the recipients; empty for alarm_emails.
  EOT
  type = object({
    monthly_usd = number
    emails      = optional(list(string), [])
  })
  default = null
  validation {
    condition     = var.budget == null || try(var.budget.monthly_usd > 0, false)
    error_message = "budget.monthly_usd must be above 0."
  }
  validation {
    condition     = alltrue([for address in try(var.budget.emails, []) : can(regex("^[^@ ]+@[^@ ]+$", address))])
    error_message = "budget.emails must be e-mail addresses."
  }
  validation {
    condition = (
      var.budget == null ||
      contains(range(1, 11), length(try(length(var.budget.emails) > 0 ? var.budget.emails : var.alarm_emails, [])))
    )
    error_message = "budget requires 1 to 10 e-mail addresses in budget.emails or, if it is empty, in alarm_emails."
  }
}
