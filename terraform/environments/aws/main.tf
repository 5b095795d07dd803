# A deployment to AWS. `make plan` and `make deploy` apply this configuration with <environment>.tfvars.
module "bellwether" {
  source = "../../modules/bellwether"

  account     = { id = var.account_id, region = var.region, partition = var.partition }
  name        = var.name
  environment = var.environment
  tags        = var.tags

  packages  = var.packages
  functions = var.functions
  metrics   = var.metrics
  quotas    = var.quotas

  aggregation = var.aggregation
  privacy     = var.privacy
  tokens      = var.tokens

  domain          = var.domain
  allowed_origins = var.allowed_origins
  admin_networks  = var.admin_networks
  rate_limits     = var.rate_limits
  waf             = var.waf

  customer_keys       = var.customer_keys
  deletion_protection = var.deletion_protection
  log_retention_days  = var.log_retention_days

  result_emails = var.result_emails
  alarm_emails  = var.alarm_emails
  alarms        = var.alarms
  budget        = var.budget
}
