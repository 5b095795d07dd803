# Each variable rejects values that would otherwise fail later, or not at all. A run fails unless every variable that it
# lists rejects its value, so one run tests many variables. A variable with several rules has several runs.
mock_provider "aws" {}

variables {
  account_id  = "123456789012"
  region      = "eu-central-1"
  environment = "prod"
}

run "invalid_values_are_rejected" {
  command = plan
  variables {
    account_id                  = "1234"
    region                      = "Frankfurt"
    partition                   = "azure"
    endpoint                    = "http://example.com:4566"
    name                        = "Bell-wether"
    environment                 = "production-eu"
    tags                        = { "aws:x" = "y" }
    api_tags                    = { "aws:x" = "y" }
    package_dir                 = "../target/lambda/"
    package_bucket              = "My_Bucket"
    architecture                = "riscv64"
    reserved_concurrency        = { logn = 5 }
    permissions_boundary        = "arn:aws:iam::123456789012:role/x"
    log_level                   = "trace"
    cache_seconds               = 31
    key_cache_seconds           = 3601
    inline_units                = 0.5
    quotas                      = { tests = 0 }
    aggregation_reserve_seconds = 1
    summarize_schedule          = "hourly"
    screen                      = "off"
    issuer                      = "http://ab.example.com"
    audience                    = "two words"
    rotation_days               = 366
    domain                      = { name = "https://ab.example.com", certificate_arn = "arn:aws:acm:eu-central-1:123456789012:certificate/1" }
    rate_limit                  = { rate = 0, burst = 0 }
    waf_modes                   = { rate = "off" }
    waf_rates                   = { all = 10000, sign_in = 5 }
    log_retention_days          = 100
    alarm_emails                = ["operations"]
    client_error_percent        = 101
    waf_blocks                  = 0
    slo_min_requests            = { fast = 69 }
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

run "a_network_needs_a_prefix_length_and_silence_is_a_multiple_of_five_minutes" {
  command = plan
  variables {
    admin_networks           = ["192.0.2.1"]
    schedule_silence_minutes = 16
  }
  expect_failures = [var.admin_networks, var.schedule_silence_minutes]
}

run "the_schedule_alarm_waits_longer_than_two_periods_of_minutes" {
  command = plan
  variables {
    summarize_schedule = "rate(10 minutes)"
  }
  expect_failures = [var.schedule_silence_minutes]
}

run "the_schedule_alarm_waits_longer_than_two_periods_of_hours" {
  command = plan
  variables {
    summarize_schedule       = "rate(2 hours)"
    schedule_silence_minutes = 120
  }
  expect_failures = [var.schedule_silence_minutes]
}

run "a_domain_with_ipv6_requires_an_ipv6_admin_network" {
  command = plan
  variables {
    domain         = { name = "ab.example.com", certificate_arn = "arn:aws:acm:eu-central-1:123456789012:certificate/1", ipv6 = true }
    admin_networks = ["192.0.2.0/24"]
  }
  expect_failures = [var.admin_networks]
}

run "a_setting_is_rejected_without_the_setting_that_it_requires" {
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

run "one_failed_request_in_six_hours_sets_off_no_alarm" {
  command = plan
  variables {
    slo_min_requests = { medium = 166 }
  }
  expect_failures = [var.slo_min_requests]
}

run "one_failed_request_a_day_sets_off_no_alarm" {
  command = plan
  variables {
    slo_min_requests = { slow = 999 }
  }
  expect_failures = [var.slo_min_requests]
}

run "a_certificate_that_is_not_in_acm_is_rejected" {
  command = plan
  variables {
    domain = { name = "ab.example.com", certificate_arn = "arn:aws:iam::123456789012:server-certificate/x" }
  }
  expect_failures = [var.domain]
}

run "a_trust_store_outside_s3_is_rejected" {
  command = plan
  variables {
    domain = { name = "ab.example.com", certificate_arn = "arn:aws:acm:eu-central-1:123456789012:certificate/1", truststore_uri = "https://example.com/ca.pem" }
  }
  expect_failures = [var.domain]
}

run "an_origin_with_a_path_and_a_sign_in_limit_of_zero_are_rejected" {
  command = plan
  variables {
    domain          = { name = "ab.example.com", certificate_arn = "arn:aws:acm:eu-central-1:123456789012:certificate/1" }
    allowed_origins = ["https://app.example.com/x"]
    sign_in_limit   = { rate = 0, burst = 0 }
  }
  expect_failures = [var.allowed_origins, var.sign_in_limit]
}
