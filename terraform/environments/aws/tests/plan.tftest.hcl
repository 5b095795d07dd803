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
    condition     = toset(keys(output.of.prod)) == toset(["region", "environment"])
    error_message = "prod.tfvars must leave all other settings at the defaults, so that a *.auto.tfvars file can set them."
  }
  assert {
    condition = toset(keys(output.of.dev)) == toset([
      "region", "environment", "waf", "customer_keys", "alarms", "deletion_protection", "log_retention_days",
    ])
    error_message = "Pass the new setting of dev.tfvars to the run dev."
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
    region      = run.settings.of.prod.region
    environment = run.settings.of.prod.environment
  }

  assert {
    condition     = output.name == "bellwether-prod" && output.region == "eu-central-1" && output.waf && output.domain == null
    error_message = "prod must have a firewall that blocks."
  }
}
