# Customer managed keys (customer_keys), one for each kind of data. The account administers them. Their use is allowed
# only through the service that stores the data, or by that service. The actions of CloudWatch Logs and of alarms are
# those of AWS's documentation, including wildcards: neither service documents which actions it calls.
locals {
  key_uses = {
    tables = {
      description = "DynamoDB tables"
      statements = [{
        Sid       = "ThroughDynamoDB"
        Effect    = "Allow"
        Principal = { AWS = local.root }
        Action = [
          "kms:CreateGrant", "kms:Decrypt", "kms:DescribeKey", "kms:Encrypt", "kms:GenerateDataKey",
          "kms:GenerateDataKeyWithoutPlaintext", "kms:ReEncryptFrom", "kms:ReEncryptTo",
        ]
        Resource  = "*"
        Condition = { StringEquals = { "kms:CallerAccount" = var.account.id, "kms:ViaService" = "dynamodb.${var.account.region}.${local.dns_suffix}" } }
      }]
    }
    secrets = {
      description = "signing keys in Secrets Manager"
      statements = [{
        Sid       = "ThroughSecretsManager"
        Effect    = "Allow"
        Principal = { AWS = local.root }
        Action    = ["kms:CreateGrant", "kms:Decrypt", "kms:DescribeKey", "kms:Encrypt", "kms:GenerateDataKey", "kms:ReEncryptFrom", "kms:ReEncryptTo"]
        Resource  = "*"
        Condition = { StringEquals = { "kms:CallerAccount" = var.account.id, "kms:ViaService" = "secretsmanager.${var.account.region}.${local.dns_suffix}" } }
      }]
    }
    logs = {
      description = "logs"
      statements = [{
        Sid       = "CloudWatchLogs"
        Effect    = "Allow"
        Principal = { Service = "logs.${var.account.region}.${local.dns_suffix}" }
        Action    = ["kms:Decrypt*", "kms:Describe*", "kms:Encrypt*", "kms:GenerateDataKey*", "kms:ReEncrypt*"]
        Resource  = "*"
        Condition = { ArnLike = { "kms:EncryptionContext:aws:logs:arn" = [
          "${local.arn.logs}:${var.account.id}:log-group:/aws/lambda/${local.name}-*",
          "${local.arn.logs}:${var.account.id}:log-group:/aws/apigateway/${local.name}",
          "${local.arn.logs}:${var.account.id}:log-group:${local.execution_log_group}",
          "${local.arn.logs}:${var.account.id}:log-group:aws-waf-logs-${local.name}",
        ] } }
      }]
    }
    topic = {
      description = "alarms and notices"
      statements = [{
        Sid       = "AlarmsAndNotices"
        Effect    = "Allow"
        Principal = { Service = ["cloudwatch.amazonaws.com", "events.amazonaws.com"] }
        Action    = ["kms:Decrypt", "kms:GenerateDataKey*"]
        Resource  = "*"
        Condition = { StringEquals = { "aws:SourceAccount" = var.account.id } }
      }]
    }
  }
}

resource "aws_kms_key" "this" {
  for_each                = { for name, use in local.key_uses : name => use if var.customer_keys }
  description             = "Bellwether ${var.environment}: ${each.value.description}"
  enable_key_rotation     = true
  tags                    = local.tags
  deletion_window_in_days = 30
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = concat([{
      Sid       = "Administration"
      Effect    = "Allow"
      Principal = { AWS = local.root }
      Action = [
        "kms:CancelKeyDeletion", "kms:CreateAlias", "kms:DeleteAlias", "kms:DescribeKey", "kms:DisableKey",
        "kms:DisableKeyRotation", "kms:EnableKey", "kms:EnableKeyRotation", "kms:GetKeyPolicy", "kms:GetKeyRotationStatus",
        "kms:ListGrants", "kms:ListKeyPolicies", "kms:ListResourceTags", "kms:ListRetirableGrants", "kms:PutKeyPolicy",
        "kms:RevokeGrant", "kms:RotateKeyOnDemand", "kms:ScheduleKeyDeletion", "kms:TagResource", "kms:UntagResource",
        "kms:UpdateAlias", "kms:UpdateKeyDescription",
      ]
      Resource  = "*"
      Condition = { StringEquals = { "kms:CallerAccount" = var.account.id } }
    }], each.value.statements)
  })
}

resource "aws_kms_alias" "this" {
  for_each      = aws_kms_key.this
  name          = "alias/${local.name}-${each.key}"
  target_key_id = each.value.key_id
}
