# Each variable rejects values that would otherwise fail later, or not at all. A run fails unless every variable that it
# lists rejects its value, so one run tests a rule of many variables. A variable with several rules has several runs. A
# rule that reads another variable is not evaluated if that variable is invalid, so such rules have runs of their own.
mock_provider "aws" {}

variables {
  account     = { id = "123456789012", region = "eu-central-1" }
  environment = "prod"
}

run "invalid_values_are_rejected" {
  command = plan
  variables {
    account            = { id = "1234", region = "eu-central-1" }
    name               = "Bell-wether"
    environment        = "production-eu"
    tags               = { "aws:x" = "y" }
    packages           = { directory = "../target/lambda/" }
    functions          = { log_level = "trace" }
    quotas             = { tests = 0 }
    aggregation        = { schedule = "hourly" }
    privacy            = { schedule = "daily" }
    tokens             = { issuer = "http://ab.example.com" }
    domain             = { name = "https://ab.example.com", certificate_arn = "arn:aws:acm:eu-central-1:123456789012:certificate/1" }
    rate_limits        = { all = { rate = 0, burst = 0 }, sign_in = { rate = 0, burst = 1 } }
    waf                = { modes = { rate = "off" } }
    log_retention_days = 100
    alarm_emails       = ["operations"]
    result_emails      = ["growth"]
    alarms             = { client_error_percent = 0 }
  }
  expect_failures = [
    var.account, var.name, var.environment, var.tags, var.packages, var.functions, var.quotas, var.aggregation, var.privacy,
    var.tokens, var.domain, var.rate_limits, var.waf, var.log_retention_days, var.alarm_emails, var.result_emails, var.alarms,
  ]
}

run "the_second_rule_of_each_variable_rejects" {
  command = plan
  variables {
    budget      = { monthly_usd = 100, emails = ["finance"] }
    account     = { id = "123456789012", region = "Frankfurt" }
    packages    = { architecture = "riscv64" }
    functions   = { screen = "off" }
    quotas      = { users = 0.5 }
    aggregation = { silence_minutes = 16 }
    privacy     = { backup_days = 36 }
    tokens      = { audience = "two words" }
    domain      = { name = "ab.example.com", certificate_arn = "arn:aws:iam::123456789012:server-certificate/x" }
    rate_limits = { sign_in = { rate = 501, burst = 1000 } }
    waf         = { rates = { sign_in = 5 } }
    alarms      = { slo_min_requests = { fast = 69 } }
  }
  expect_failures = [
    var.budget, var.account, var.packages, var.functions, var.quotas, var.aggregation, var.privacy, var.tokens, var.domain,
    var.rate_limits, var.waf, var.alarms,
  ]
}

run "the_third_rule_of_each_variable_rejects" {
  command = plan
  variables {
    budget      = { monthly_usd = 100 }
    account     = { id = "123456789012", region = "eu-central-1", partition = "azure" }
    packages    = { bucket = "My_Bucket" }
    functions   = { cache_seconds = 31 }
    aggregation = { reserve_seconds = 1 }
    tokens      = { rotation_days = 366 }
    domain = {
      name            = "ab.example.com"
      certificate_arn = "arn:aws:acm:eu-central-1:123456789012:certificate/1"
      truststore_uri  = "https://example.com/ca.pem"
    }
    rate_limits = { sign_in = { rate = 1, burst = 0 } }
    waf         = { rates = { all = 9 } }
    alarms      = { slo_min_requests = { medium = 166 } }
  }
  expect_failures = [
    var.budget, var.account, var.packages, var.functions, var.aggregation, var.tokens, var.domain, var.rate_limits,
    var.waf, var.alarms,
  ]
}

run "the_fourth_rule_of_each_variable_rejects" {
  command = plan
  variables {
    budget      = { monthly_usd = 100, emails = [for number in range(11) : "finance${number}@example.com"] }
    packages    = { signing_profile = "bellwether" }
    functions   = { layers = ["arn:aws:lambda:eu-central-1:123456789012:layer:collector"] }
    aggregation = { inline_units = 0.5 }
    tokens      = { key_cache_seconds = 3601 }
    alarms      = { slo_min_requests = { slow = 999 } }
  }
  expect_failures = [var.budget, var.packages, var.functions, var.aggregation, var.tokens, var.alarms]
}

run "the_fifth_rule_of_each_variable_rejects" {
  command = plan
  variables {
    aggregation = { schedule = "rate(10 minutes)" }
    budget      = { monthly_usd = 0, emails = ["finance@example.com"] }
    functions   = { reserved_concurrency = { logn = 5 } }
    alarms      = { client_error_percent = 101 }
  }
  expect_failures = [var.aggregation, var.budget, var.functions, var.alarms]
}

run "the_sixth_rule_of_each_variable_rejects" {
  command = plan
  variables {
    aggregation = { schedule = "rate(2 hours)", silence_minutes = 120 }
    functions   = { permissions_boundary = "arn:aws:iam::123456789012:role/x" }
    alarms      = { blocked_requests = 0 }
  }
  expect_failures = [var.aggregation, var.functions, var.alarms]
}

run "the_seventh_rule_rejects" {
  command = plan
  variables {
    aggregation = { tests_per_run = 0 }
  }
  expect_failures = [var.aggregation]
}

run "networks_and_origins_are_rejected_and_anomaly_detection_without_metrics" {
  command = plan
  variables {
    admin_networks  = ["192.0.2.1"]
    allowed_origins = ["https://app.example.com"]
    metrics         = false
    alarms          = { slo = false }
  }
  expect_failures = [var.admin_networks, var.allowed_origins, var.alarms]
}

run "a_network_of_all_addresses_and_objectives_without_metrics_are_rejected" {
  command = plan
  variables {
    admin_networks = ["0.0.0.0/0"]
    metrics        = false
    alarms         = { anomalies = false }
  }
  expect_failures = [var.admin_networks, var.alarms]
}

run "an_origin_with_a_path_and_ipv6_without_an_ipv6_admin_network_are_rejected" {
  command = plan
  variables {
    domain          = { name = "ab.example.com", certificate_arn = "arn:aws:acm:eu-central-1:123456789012:certificate/1", ipv6 = true }
    admin_networks  = ["192.0.2.0/24"]
    allowed_origins = ["https://app.example.com/x"]
  }
  expect_failures = [var.admin_networks, var.allowed_origins]
}
