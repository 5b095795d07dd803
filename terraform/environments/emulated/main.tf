# The deployment that `make e2e` applies to an emulated cloud: the settings of ../aws/prod.tfvars, except for the account,
# the architecture and location of the packages, and the time that instances cache signing keys.
locals {
  prod = provider::terraform::decode_tfvars(file("${path.module}/../aws/prod.tfvars"))

  # The settings of prod.tfvars that the call of the module uses. All other settings have the module's defaults.
  used = ["region", "environment"]
}

module "bellwether" {
  source = "../../modules/bellwether"

  account     = { id = var.account_id, region = local.prod.region }
  environment = local.prod.environment
  packages    = { directory = var.package_directory, bucket = var.package_bucket, architecture = var.architecture }
  tokens      = { key_cache_seconds = 1 }
}
