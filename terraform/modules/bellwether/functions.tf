# The Lambda functions: one `for_each` over the map in locals.tf.
locals {
  environment = {
    ADMIN_NETWORKS              = join(",", var.admin_networks)
    ALLOWED_ORIGINS             = join(",", var.allowed_origins)
    AUDIENCE                    = var.tokens.audience
    CACHE_SECONDS               = tostring(var.functions.cache_seconds)
    CUSTOM_DOMAIN               = var.domain == null ? "" : var.domain.name
    AGGREGATION_RESERVE_SECONDS = tostring(var.aggregation.reserve_seconds)
    INLINE_UNITS                = tostring(var.aggregation.inline_units)
    ISSUER                      = local.issuer
    KEY_CACHE_SECONDS           = tostring(var.tokens.key_cache_seconds)
    LOG_LEVEL                   = var.functions.log_level
    METRICS_NAMESPACE           = var.metrics ? local.log_namespace : ""
    PUBLIC_KEYS_SECRET          = local.secret_names.public
    QUOTA_CLIENTS               = tostring(var.quotas.clients)
    QUOTA_TESTS                 = tostring(var.quotas.tests)
    QUOTA_USERS                 = tostring(var.quotas.users)
    SCREEN                      = var.functions.screen
    TABLE_PREFIX                = local.name
  }

  package_directory = coalesce(var.packages.directory, "${path.module}/../../../target/lambda")
  packages          = { for name, _ in local.functions : name => "${local.package_directory}/${name}/bootstrap.zip" }
  # null if the package does not exist: such a configuration can be planned and tested, but not applied.
  package_hashes = { for name, path in local.packages : name => try(filebase64sha256(path), null) }
  signed         = var.packages.signing_profile != null
}

resource "aws_s3_object" "package" {
  for_each = var.packages.bucket == null ? {} : local.packages
  bucket   = var.packages.bucket
  key      = "${local.name}/${each.key}/${try(filesha256(each.value), "missing")}.zip"
  source   = each.value
  tags     = local.tags
}

resource "aws_signer_signing_job" "package" {
  for_each     = local.signed ? local.packages : {}
  profile_name = var.packages.signing_profile

  source {
    s3 {
      bucket  = var.packages.bucket
      key     = aws_s3_object.package[each.key].key
      version = aws_s3_object.package[each.key].version_id
    }
  }

  destination {
    s3 {
      bucket = var.packages.bucket
      prefix = "${local.name}/${each.key}/signed/"
    }
  }
}

data "aws_signer_signing_profile" "this" {
  count = local.signed ? 1 : 0
  name  = var.packages.signing_profile
}

resource "aws_lambda_code_signing_config" "this" {
  count       = local.signed ? 1 : 0
  description = "Accepts only packages that are signed by ${var.packages.signing_profile}"
  tags        = local.tags

  allowed_publishers {
    signing_profile_version_arns = [data.aws_signer_signing_profile.this[0].version_arn]
  }

  policies {
    untrusted_artifact_on_deployment = "Enforce"
  }
}

resource "aws_lambda_function" "this" {
  #checkov:skip=CKV_AWS_116:Asynchronous functions have a failure destination, which records more; callers of the others get the error
  #checkov:skip=CKV_AWS_117:The functions call only AWS endpoints, under IAM; a VPC would add cost and, with a NAT, more to attack
  #checkov:skip=CKV_AWS_173:The environment contains names and limits but no secret; AWS encrypts it with its own key
  for_each = local.functions

  function_name                  = local.function_names[each.key]
  description                    = "Bellwether ${var.environment}: functions/${each.key}"
  role                           = aws_iam_role.function[each.key].arn
  runtime                        = "provided.al2023"
  handler                        = "bootstrap"
  architectures                  = [var.packages.architecture]
  memory_size                    = each.value.memory
  timeout                        = each.value.timeout
  reserved_concurrent_executions = lookup(var.functions.reserved_concurrency, each.key, -1)
  publish                        = true
  tags                           = local.tags
  layers                         = var.functions.layers
  code_signing_config_arn        = one(aws_lambda_code_signing_config.this[*].arn)

  filename         = var.packages.bucket == null ? local.packages[each.key] : null
  source_code_hash = local.package_hashes[each.key]
  s3_bucket        = var.packages.bucket
  s3_key           = local.signed ? aws_signer_signing_job.package[each.key].signed_object[0].s3[0].key : try(aws_s3_object.package[each.key].key, null)

  environment {
    variables = merge(
      local.environment,
      contains(keys(each.value.secrets), "private") ? { PRIVATE_KEYS_SECRET = local.secret_names.private } : {},
      contains(keys(each.value.secrets), "privacy") ? { PRIVACY_KEY_SECRET = local.secret_names.privacy } : {},
      contains(keys(each.value.secrets), "receipts") ? {
        RECEIPT_KEY_SECRET = local.secret_names.receipts
        BACKUP_DAYS        = tostring(var.privacy.backup_days)
      } : {},
      each.key == "summarize-tests" ? {
        AGGREGATION_FUNCTION = local.aggregate
        AGGREGATION_TESTS    = tostring(var.aggregation.tests_per_run)
        EVENT_BUS            = local.event_bus
      } : {},
    )
  }

  tracing_config {
    mode = "Active"
  }

  logging_config {
    log_format = "Text"
    log_group  = aws_cloudwatch_log_group.function[each.key].name
  }

  depends_on = [aws_iam_role_policy.function]
}

# The alias that callers invoke. `make release`, `make canary` and `make rollback` set its version and weights: an apply
# publishes a new version and shifts no traffic. The description stores the version before, the target of a rollback.
resource "aws_lambda_alias" "live" {
  for_each         = local.functions
  name             = local.alias
  function_name    = aws_lambda_function.this[each.key].function_name
  function_version = aws_lambda_function.this[each.key].version

  lifecycle {
    ignore_changes = [description, function_version, routing_config]
  }
}

resource "aws_lambda_function_event_invoke_config" "asynchronous" {
  for_each                     = toset(local.asynchronous)
  function_name                = aws_lambda_function.this[each.key].function_name
  qualifier                    = aws_lambda_alias.live[each.key].name
  maximum_event_age_in_seconds = 3600
  maximum_retry_attempts       = 1

  destination_config {
    on_failure {
      destination = aws_sqs_queue.dead_letters.arn
    }
  }
}
