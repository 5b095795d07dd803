# The DynamoDB tables of the map in locals.tf. A test compares them with shared/bellwether/src/store/schema.rs, which creates
# the tables of a local server.
resource "aws_dynamodb_table" "this" {
  for_each = local.tables

  name                        = "${local.name}-${each.key}"
  billing_mode                = "PAY_PER_REQUEST"
  hash_key                    = each.value.key[0]
  range_key                   = try(each.value.key[1], null)
  deletion_protection_enabled = var.deletion_protection
  tags                        = local.tags

  dynamic "attribute" {
    for_each = toset(concat(each.value.key, flatten([for index in values(each.value.indexes) : index.key])))
    content {
      name = attribute.value
      type = "S"
    }
  }

  dynamic "global_secondary_index" {
    for_each = each.value.indexes
    content {
      name               = global_secondary_index.key
      hash_key           = global_secondary_index.value.key[0]
      range_key          = global_secondary_index.value.key[1]
      projection_type    = global_secondary_index.value.include == null ? "KEYS_ONLY" : "INCLUDE"
      non_key_attributes = global_secondary_index.value.include
    }
  }

  dynamic "ttl" {
    for_each = each.value.ttl == null ? [] : [each.value.ttl]
    content {
      attribute_name = ttl.value
      enabled        = true
    }
  }

  point_in_time_recovery {
    enabled                 = true
    recovery_period_in_days = var.privacy.backup_days
  }

  dynamic "server_side_encryption" {
    for_each = var.customer_keys ? ["tables"] : []
    content {
      enabled     = true
      kms_key_arn = aws_kms_key.this[server_side_encryption.value].arn
    }
  }
}
