# Plans with the settings of dev.tfvars and prod.tfvars, without a cloud.
mock_provider "aws" {
  source          = "../../modules/bellwether/tests/mocks"
  override_during = plan
}

variables {
  account_id = "123456789012"
}

run "settings" {
  module {
    source = "./tests/settings"
  }
  assert {
    condition = alltrue([
      for settings in values(output.of) : length(setsubtract(keys(settings), [
        "region", "environment", "waf", "customer_keys", "alarms", "deletion_protection", "log_retention_days",
      ])) == 0
    ])
    error_message = "Pass the new setting to the runs of this file."
  }
}

run "dev" {
  command = plan
  variables {
    region              = run.settings.of.dev.region
    environment         = run.settings.of.dev.environment
    waf                 = run.settings.of.dev.waf
    customer_keys       = run.settings.of.dev.customer_keys
    alarms              = run.settings.of.dev.alarms
    deletion_protection = run.settings.of.dev.deletion_protection
    log_retention_days  = run.settings.of.dev.log_retention_days
  }

  assert {
    condition     = output.name == "bellwether-dev" && output.region == "eu-central-1" && !output.waf && output.domain == null
    error_message = "dev must have no firewall."
  }
}

run "prod" {
  command = plan
  variables {
    region              = run.settings.of.prod.region
    environment         = run.settings.of.prod.environment
    waf                 = run.settings.of.prod.waf
    customer_keys       = run.settings.of.prod.customer_keys
    alarms              = run.settings.of.prod.alarms
    deletion_protection = run.settings.of.prod.deletion_protection
    log_retention_days  = run.settings.of.prod.log_retention_days
  }

  assert {
    condition     = output.name == "bellwether-prod" && output.region == "eu-central-1" && output.waf && output.domain == null
    error_message = "prod must have a firewall that blocks."
  }
}
