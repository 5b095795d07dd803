# One role for each function, with exactly the actions of its line in locals.tf. Policies are JSON and not data sources,
# so that tests can read them in a plan.
locals {
  table_actions = {
    for name, function in local.functions : name => concat(
      [
        for table, actions in function.tables : {
          Effect   = "Allow"
          Action   = [for action in split(" ", actions) : "dynamodb:${action}"]
          Resource = "${local.arn.dynamodb}:${var.account.id}:table/${local.name}-${replace(table, "/", "/index/")}"
        } if table != "identities"
      ],
      [
        for rule in try(local.leading_keys[name], []) : {
          Effect   = "Allow"
          Action   = [for action in split(" ", rule.actions) : "dynamodb:${action}"]
          Resource = "${local.arn.dynamodb}:${var.account.id}:table/${local.name}-identities"
          # ForAllValues also matches a request without any key or attribute. Null denies that request.
          Condition = try(
            {
              "ForAllValues:StringLike"   = { "dynamodb:LeadingKeys" = split(" ", rule.keys) }
              "ForAllValues:StringEquals" = { "dynamodb:Attributes" = split(" ", rule.attributes) }
              Null                        = { "dynamodb:LeadingKeys" = "false", "dynamodb:Attributes" = "false" }
            },
            {
              "ForAllValues:StringLike" = { "dynamodb:LeadingKeys" = split(" ", rule.keys) }
              Null                      = { "dynamodb:LeadingKeys" = "false" }
            },
          )
        }
      ]
    )
  }

  secret_actions = {
    for name, function in local.functions : name => [
      for secret, actions in function.secrets : {
        Effect   = "Allow"
        Action   = [for action in split(" ", actions) : "secretsmanager:${action}"]
        Resource = aws_secretsmanager_secret.keys[secret].arn
      }
    ]
  }

  # DynamoDB and Secrets Manager use the key on behalf of the function. The key's policy allows no direct use.
  key_actions = {
    for name, function in local.functions : name => [
      for use in [
        { key = "tables", action = "kms:Decrypt", wanted = length(function.tables) > 0 },
        { key = "secrets", action = "kms:Decrypt", wanted = length(function.secrets) > 0 },
        { key = "secrets", action = "kms:GenerateDataKey", wanted = strcontains(jsonencode(function.secrets), "PutSecretValue") },
      ] : { Effect = "Allow", Action = [use.action], Resource = aws_kms_key.this[use.key].arn } if var.customer_keys && use.wanted
    ]
  }

  log_actions = {
    for name, _ in local.functions : name => [{
      Effect   = "Allow"
      Action   = ["logs:CreateLogStream", "logs:PutLogEvents"]
      Resource = "${local.arn.logs}:${var.account.id}:log-group:/aws/lambda/${local.function_names[name]}:log-stream:*"
    }]
  }

  failure_actions = {
    for name, _ in local.functions : name => [
      for queue in [aws_sqs_queue.dead_letters.arn] : { Effect = "Allow", Action = ["sqs:SendMessage"], Resource = queue }
      if contains(local.asynchronous, name)
    ]
  }

  # summarize-tests sends notices, and invokes itself for each test.
  notice_actions = {
    for name, _ in local.functions : name => [
      for rule in [
        { action = "events:PutEvents", resource = "${local.arn.events}:${var.account.id}:event-bus/${local.event_bus}" },
        { action = "lambda:InvokeFunction", resource = "${local.arn.lambda}:${var.account.id}:function:${local.aggregate}" },
      ] : { Effect = "Allow", Action = [rule.action], Resource = rule.resource } if name == "summarize-tests"
    ]
  }

  # X-Ray does not support resource-level permissions.
  trace_actions = [{ Effect = "Allow", Action = ["xray:PutTelemetryRecords", "xray:PutTraceSegments"], Resource = "*" }]
}

resource "aws_iam_role" "function" {
  for_each             = local.functions
  name                 = local.function_names[each.key]
  description          = "The role of functions/${each.key}"
  permissions_boundary = var.functions.permissions_boundary
  tags                 = local.tags
  assume_role_policy = jsonencode({
    Version   = "2012-10-17"
    Statement = [{ Effect = "Allow", Action = "sts:AssumeRole", Principal = { Service = "lambda.amazonaws.com" } }]
  })
}

resource "aws_iam_role_policy" "function" {
  for_each = local.functions
  name     = "function"
  role     = aws_iam_role.function[each.key].name
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = concat(
      local.table_actions[each.key],
      local.secret_actions[each.key],
      local.key_actions[each.key],
      local.log_actions[each.key],
      local.failure_actions[each.key],
      local.notice_actions[each.key],
      local.trace_actions,
    )
  })
}

resource "aws_iam_role" "scheduler" {
  name                 = "${local.name}-scheduler"
  description          = "The role of the schedules, which may invoke their functions"
  permissions_boundary = var.functions.permissions_boundary
  tags                 = local.tags
  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Action    = "sts:AssumeRole"
      Principal = { Service = "scheduler.amazonaws.com" }
      Condition = { StringEquals = { "aws:SourceAccount" = var.account.id } }
    }]
  })
}

resource "aws_iam_role_policy" "scheduler" {
  name = "scheduler"
  role = aws_iam_role.scheduler.name
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      { Effect = "Allow", Action = ["lambda:InvokeFunction"], Resource = [for name, _ in local.scheduled : aws_lambda_alias.live[name].arn] },
      { Effect = "Allow", Action = ["sqs:SendMessage"], Resource = aws_sqs_queue.dead_letters.arn },
    ]
  })
}
