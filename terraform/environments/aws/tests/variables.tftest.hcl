# A misspelt attribute is rejected: Terraform would drop it from a typed object, and the setting would have no effect.
mock_provider "aws" {}

variables {
  account_id  = "123456789012"
  region      = "eu-central-1"
  environment = "prod"
}

run "an_unknown_attribute_is_rejected" {
  command = plan
  variables {
    packages    = { direktory = "x" }
    functions   = { loglevel = "info" }
    quotas      = { test = 5 }
    aggregation = { minutes = 5 }
    tokens      = { isuer = "x" }
    domain      = { name = "ab.example.com", certificate_arn = "arn:aws:acm:eu-central-1:123456789012:certificate/1", zone = "Z1" }
    rate_limits = { all = { rate = 500, burst = 1000, window = 5 } }
    waf         = { rate = "count" }
    alarms      = { slo_min_requests = { daily = 5 } }
    budget      = { monthly_usd = 5, e_mails = [] }
  }
  expect_failures = [
    var.packages, var.functions, var.quotas, var.aggregation, var.tokens, var.domain, var.rate_limits,
    var.waf, var.alarms, var.budget,
  ]
}

run "a_mode_that_is_not_in_modes_and_an_unknown_mode_are_rejected" {
  command = plan
  variables {
    waf         = { modes = { rates = "count" } }
    rate_limits = { all = { rate = 500, burst = 1000 }, sign_in = { rate = 20, burst = 40, per = "second" } }
    alarms      = { emails = ["operations@example.com"] }
  }
  expect_failures = [var.waf, var.rate_limits, var.alarms]
}
