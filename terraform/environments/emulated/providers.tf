# The provider calls nothing on AWS: it checks neither credentials nor account. The emulated cloud reads the id of the
# REST API from the tag ms-custom-id.
provider "aws" {
  region                      = local.prod.region
  skip_credentials_validation = true
  skip_metadata_api_check     = true
  skip_region_validation      = true
  skip_requesting_account_id  = true
  s3_use_path_style           = true

  endpoints {
    acm            = var.endpoint
    apigateway     = var.endpoint
    budgets        = var.endpoint
    cloudwatch     = var.endpoint
    cloudwatchlogs = var.endpoint
    dynamodb       = var.endpoint
    events         = var.endpoint
    iam            = var.endpoint
    kms            = var.endpoint
    lambda         = var.endpoint
    route53        = var.endpoint
    s3             = var.endpoint
    scheduler      = var.endpoint
    secretsmanager = var.endpoint
    signer         = var.endpoint
    sns            = var.endpoint
    sqs            = var.endpoint
    sts            = var.endpoint
    wafv2          = var.endpoint
  }

  default_tags {
    tags = { ms-custom-id = var.api_id }
  }
}
