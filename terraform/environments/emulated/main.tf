# The deployment that `make e2e` applies to an emulated cloud: the settings of ../aws/prod.tfvars, except for the account,
# the architecture and location of the packages, and the time that instances cache signing keys.
locals {
  prod = provider::terraform::decode_tfvars(file("${path.module}/../aws/prod.tfvars"))

  # The settings of prod.tfvars that the call of the module uses.
  used = ["region", "environment", "waf", "customer_keys", "alarms", "deletion_protection", "log_retention_days"]
}

module "bellwether" {
  source = "../../modules/bellwether"

  account     = { id = var.account_id, region = local.prod.region }
  environment = local.prod.environment
  packages    = { directory = var.package_directory, bucket = var.package_bucket, architecture = var.architecture }
  tokens      = { key_cache_seconds = 1 }

  waf                 = local.prod.waf
  customer_keys       = local.prod.customer_keys
  alarms              = local.prod.alarms
  deletion_protection = local.prod.deletion_protection
  log_retention_days  = local.prod.log_retention_days
}
