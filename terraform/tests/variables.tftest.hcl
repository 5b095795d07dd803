# Each variable refuses what would only fail later, or not at all. Many in one run, for every one that is listed
# must refuse; a variable with several rules stands in several runs.
mock_provider "aws" {}

variables {
  account_id  = "123456789012"
  region      = "eu-central-1"
  environment = "prod"
}

run "wrong_values_are_refused" {
  command = plan
  variables {
    account_id           = "1234"
    region               = "Frankfurt"
    partition            = "azure"
    endpoint             = "http://example.com:4566"
    name                 = "Bell-wether"
    environment          = "production-eu"
    tags                 = { "aws:x" = "y" }
    api_tags             = { "aws:x" = "y" }
    package_dir          = "../target/lambda/"
    package_bucket       = "My_Bucket"
    architecture         = "riscv64"
    reserved_concurrency = { logn = 5 }
    permissions_boundary = "arn:aws:iam::123456789012:role/x"
    log_level            = "trace"
    cache_seconds        = 31
    key_cache_seconds    = 3601
    inline_units         = 0.5
    quotas               = { tests = 0 }
    aggregation_reserve_seconds = 1
    summarize_schedule   = "hourly"
    screen               = "off"
    issuer               = "http://ab.example.com"
    audience             = "two words"
    rotation_days        = 366
    domain               = { name = "https://ab.example.com", certificate_arn = "arn:aws:acm:eu-central-1:123456789012:certificate/1" }
    rate_limit           = { rate = 0, burst = 0 }
    waf_modes            = { rate = "off" }
    waf_rates            = { all = 10000, sign_in = 5 }
    log_retention_days   = 100
    alarm_emails         = ["operations"]
    client_error_percent = 101
    waf_blocks           = 0
    slo_min_requests     = { fast = 69 }
  }
  expect_failures = [
    var.account_id, var.region, var.partition, var.endpoint, var.name, var.environment, var.tags, var.api_tags,
    var.package_dir, var.package_bucket, var.architecture, var.reserved_concurrency, var.permissions_boundary,
    var.log_level, var.cache_seconds, var.key_cache_seconds, var.inline_units, var.quotas, var.aggregation_reserve_seconds,
    var.summarize_schedule, var.screen, var.issuer, var.audience,
    var.rotation_days, var.domain, var.rate_limit, var.waf_modes, var.waf_rates,
    var.log_retention_days, var.alarm_emails, var.client_error_percent, var.waf_blocks,
    var.slo_min_requests,
  ]
}

run "a_network_has_a_length_and_silence_is_a_multiple_of_five_minutes" {
  command = plan
  variables {
    admin_networks           = ["192.0.2.1"]
    schedule_silence_minutes = 16
  }
  expect_failures = [var.admin_networks, var.schedule_silence_minutes]
}

run "an_alarm_of_the_schedule_does_not_ring_between_two_runs" {
  command = plan
  variables {
    summarize_schedule = "rate(10 minutes)"
  }
  expect_failures = [var.schedule_silence_minutes]
}

run "nor_between_two_runs_that_are_hours_apart" {
  command = plan
  variables {
    summarize_schedule       = "rate(2 hours)"
    schedule_silence_minutes = 120
  }
  expect_failures = [var.schedule_silence_minutes]
}

run "administrators_are_not_shut_out_by_their_ipv6_address" {
  command = plan
  variables {
    domain         = { name = "ab.example.com", certificate_arn = "arn:aws:acm:eu-central-1:123456789012:certificate/1", ipv6 = true }
    admin_networks = ["192.0.2.0/24"]
  }
  expect_failures = [var.admin_networks]
}

run "what_needs_something_else_is_refused_without_it" {
  command = plan
  variables {
    signing_profile = "bellwether"
    allowed_origins = ["https://app.example.com"]
    admin_networks  = ["0.0.0.0/0"]
    sign_in_limit   = { rate = 501, burst = 1000 }
    metrics         = false
  }
  expect_failures = [var.signing_profile, var.allowed_origins, var.admin_networks, var.sign_in_limit, var.anomaly_alarms, var.slo_alarms]
}

run "a_single_request_does_not_ring_over_six_hours" {
  command = plan
  variables {
    slo_min_requests = { medium = 166 }
  }
  expect_failures = [var.slo_min_requests]
}

run "a_single_request_does_not_ring_over_three_days" {
  command = plan
  variables {
    slo_min_requests = { slow = 999 }
  }
  expect_failures = [var.slo_min_requests]
}

run "a_certificate_is_of_acm" {
  command = plan
  variables {
    domain = { name = "ab.example.com", certificate_arn = "arn:aws:iam::123456789012:server-certificate/x" }
  }
  expect_failures = [var.domain]
}

run "authorities_lie_in_s3" {
  command = plan
  variables {
    domain = { name = "ab.example.com", certificate_arn = "arn:aws:acm:eu-central-1:123456789012:certificate/1", truststore_uri = "https://example.com/ca.pem" }
  }
  expect_failures = [var.domain]
}

run "an_origin_has_no_path_and_sign_in_is_let_through" {
  command = plan
  variables {
    domain          = { name = "ab.example.com", certificate_arn = "arn:aws:acm:eu-central-1:123456789012:certificate/1" }
    allowed_origins = ["https://app.example.com/x"]
    sign_in_limit   = { rate = 0, burst = 0 }
  }
  expect_failures = [var.allowed_origins, var.sign_in_limit]
}
