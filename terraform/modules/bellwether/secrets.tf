# The secrets. Neither this file nor the state contains a value: the first rotation creates the first signing key, and the
# rotation of the private secret also updates the public one. The first run of answer-privacy-requests creates the others.
locals {
  secret_names = { for kind in ["private", "public", "privacy", "receipts"] : kind => "${local.name}/keys-${kind}" }
  secret_descriptions = {
    private  = "Signs access tokens; at most three key pairs"
    public   = "The public keys with which every function verifies tokens"
    privacy  = "The key under which erased accounts are named; it is created once and never replaced"
    receipts = "Signs receipts of erasures; it is created once and never replaced"
  }
}

resource "aws_secretsmanager_secret" "keys" {
  #checkov:skip=CKV2_AWS_57:The private secret is rotated, and its rotation writes the public one
  for_each                = local.secret_names
  name                    = each.value
  description             = local.secret_descriptions[each.key]
  tags                    = local.tags
  kms_key_id              = var.customer_keys ? aws_kms_key.this["secrets"].arn : null
  recovery_window_in_days = var.deletion_protection ? 30 : 0 # 0: deleted at once, so that the name can be used again
}

resource "aws_secretsmanager_secret_rotation" "keys" {
  #checkov:skip=CKV_AWS_304:tokens.rotation_days sets it, 30 days by default; the check does not resolve an attribute of an object
  secret_id           = aws_secretsmanager_secret.keys["private"].id
  rotation_lambda_arn = aws_lambda_function.this["rotate-keys"].arn
  rotate_immediately  = true

  rotation_rules {
    automatically_after_days = var.tokens.rotation_days
  }

  depends_on = [aws_lambda_permission.rotation, aws_iam_role_policy.function]
}

resource "aws_lambda_permission" "rotation" {
  statement_id   = "rotation"
  action         = "lambda:InvokeFunction"
  function_name  = aws_lambda_function.this["rotate-keys"].function_name
  principal      = "secretsmanager.amazonaws.com"
  source_account = var.account.id
}
