# With an endpoint (an emulated cloud), the provider calls nothing on AWS: it checks neither credentials nor account.
provider "aws" {
  region              = var.region
  allowed_account_ids = local.emulated ? null : [var.account_id]

  skip_credentials_validation = local.emulated
  skip_metadata_api_check     = local.emulated
  skip_region_validation      = local.emulated
  skip_requesting_account_id  = local.emulated
  s3_use_path_style           = local.emulated

  dynamic "endpoints" {
    for_each = var.endpoint == null ? [] : [var.endpoint]
    content {
      acm            = endpoints.value
      apigateway     = endpoints.value
      cloudwatch     = endpoints.value
      cloudwatchlogs = endpoints.value
      dynamodb       = endpoints.value
      iam            = endpoints.value
      kms            = endpoints.value
      lambda         = endpoints.value
      route53        = endpoints.value
      s3             = endpoints.value
      scheduler      = endpoints.value
      secretsmanager = endpoints.value
      signer         = endpoints.value
      sns            = endpoints.value
      sqs            = endpoints.value
      sts            = endpoints.value
      wafv2          = endpoints.value
    }
  }

  default_tags {
    tags = merge({ Application = var.name, Environment = var.environment, ManagedBy = "terraform" }, var.tags)
  }
}
